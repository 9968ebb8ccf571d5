CREATE TABLE account(
  id integer primary key,
  name text not null,
  name_key text not null unique,
  email text,
  password text,
  role_everywhere integer,
  created_at integer not null
) strict;

CREATE TABLE account_site(
  account_id integer not null references account(id),
  site_id integer not null references site(id),
  role integer not null,
  primary key(account_id, site_id)
) strict, without rowid;

CREATE TABLE author(
  id integer primary key,
  site_id integer not null,
  kind integer not null,
  created_at integer not null
) strict;

CREATE TABLE comment(
  id integer primary key,
  site_id integer not null references site(id),
  page_id integer not null references page(id),
  parent_id integer,
  root_id integer not null,
  depth integer not null,
  path blob not null,
  status integer not null,
  shown integer not null,
  pinned integer not null default 0,
  badge integer not null,
  child_count integer not null default 0,
  reply_count integer not null default 0,
  upvotes integer not null default 0,
  downvotes integer not null default 0,
  rank integer not null default 0,
  author_id integer references author(id),
  author_name text,
  author_website text,
  markup_version integer not null,
  receipt_epoch integer not null default 0,
  held_because text,
  created_at integer not null,
  edited_at integer,
  source text not null,
  html text not null
) strict;

CREATE INDEX comment_author on comment(author_id, status) where author_id is not null;

CREATE INDEX comment_markup on comment(markup_version);

CREATE INDEX comment_of_page on comment(page_id, status, id);

CREATE INDEX comment_of_site on comment(site_id, status, id);

CREATE INDEX comment_pinned on comment(page_id, id) where pinned = 1;

CREATE INDEX comment_root_rank on comment(page_id, rank desc, id) where depth = 0 and shown = 1;

CREATE INDEX comment_root_time on comment(page_id, id) where depth = 0 and shown = 1;

CREATE INDEX comment_thread on comment(page_id, shown, root_id, path);

CREATE TABLE identity(
  site_id integer not null,
  provider text not null,
  subject text not null,
  author_id integer not null references author(id),
  primary key(site_id, provider, subject)
) strict, without rowid;

CREATE INDEX identity_author on identity(author_id);

CREATE TABLE lesson(
  comment_id integer primary key references comment(id),
  site_id integer not null,
  title text,
  address_hash blob,
  address text
) strict;

CREATE TABLE migration(
  number integer primary key,
  applied_at integer not null
) strict;

CREATE TABLE page(
  id integer primary key,
  site_id integer not null references site(id),
  key text not null,
  url text not null,
  title text not null,
  version integer not null,
  published_count integer not null,
  root_count integer not null,
  state integer not null,
  last_comment_at integer not null,
  changed_at integer not null,
  created_at integer not null
) strict;

CREATE INDEX page_of_site on page(site_id, last_comment_at);

CREATE TABLE page_address(
  site_id integer not null,
  address_hash blob not null,
  page_id integer not null references page(id),
  address text not null,
  primary key(site_id, address_hash)
) strict, without rowid;

CREATE INDEX page_address_page on page_address(page_id);

CREATE TABLE session(
  secret_hash blob primary key,
  account_id integer not null references account(id),
  form_token text not null,
  created_at integer not null,
  used_at integer not null,
  expires_at integer not null
) strict, without rowid;

CREATE INDEX session_account on session(account_id);

CREATE TABLE setting(
  name text primary key,
  value blob not null
) strict, without rowid;

CREATE TABLE setup_code(
  code_hash blob primary key,
  account_id integer references account(id),
  expires_at integer not null
) strict, without rowid;

CREATE TABLE site(
  id integer primary key,
  key text not null unique,
  name text not null,
  origins text not null,
  rules text not null,
  version integer not null,
  created_at integer not null
) strict;

CREATE TABLE staff_name(
  site_id integer not null references site(id),
  name text not null,
  primary key(site_id, name)
) strict, without rowid;

CREATE TABLE submission(
  site_id integer not null,
  nonce blob not null,
  comment_id integer not null,
  content_hash blob not null,
  created_at integer not null,
  primary key(site_id, nonce)
) strict, without rowid;

CREATE TABLE token(
  id integer primary key,
  name text not null,
  name_key text not null unique,
  secret_hash blob not null unique,
  site_id integer references site(id),
  scope integer not null,
  created_at integer not null
) strict;
