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
, asks integer not null default 0, is_first integer not null default 0, turn integer not null default 0, helped_at integer, used_at integer) strict;

CREATE INDEX comment_answers on comment(parent_id, status, id) where parent_id is not null;

CREATE INDEX comment_asking on comment(site_id, id) where asks = 1;

CREATE INDEX comment_author on comment(author_id, status) where author_id is not null;

CREATE INDEX comment_markup on comment(markup_version);

CREATE INDEX comment_of_page on comment(page_id, status, id);

CREATE INDEX comment_of_site on comment(site_id, status, id);

CREATE INDEX comment_pinned on comment(page_id, id) where pinned = 1;

CREATE INDEX comment_root_rank on comment(page_id, rank desc, id) where depth = 0 and shown = 1;

CREATE INDEX comment_root_time on comment(page_id, id) where depth = 0 and shown = 1;

CREATE INDEX comment_staff_answers on comment(parent_id, created_at) where badge <> 0 and status = 0;

CREATE INDEX comment_thread on comment(page_id, shown, root_id, path);

CREATE INDEX comment_turn on comment(site_id, id) where turn = 1;

CREATE INDEX comment_used on comment(page_id, id) where used_at is not null;

CREATE TABLE delivery(
  id integer primary key,
  site_id integer not null,
  kind integer not null,
  recipient integer not null,
  page_id integer not null,
  state integer not null,
  tries integer not null,
  claimed integer not null default 0,
  run_at integer not null,
  body text,
  said text,
  created_at integer not null,
  done_at integer
) strict;

CREATE INDEX delivery_due on delivery(run_at, id) where state = 0;

CREATE INDEX delivery_failed on delivery(site_id, id) where state = 2;

CREATE INDEX delivery_of_recipient on delivery(kind, recipient, page_id, id);

CREATE INDEX delivery_of_site on delivery(site_id, id);

CREATE TABLE follow(
  id integer primary key,
  site_id integer not null,
  page_id integer not null,
  comment_id integer not null,
  address_id integer not null references mail_address(id),
  author_id integer,
  lang text not null,
  created_at integer not null
) strict;

CREATE INDEX follow_of_address on follow(address_id);

CREATE UNIQUE INDEX follow_of_page on follow(page_id, comment_id, address_id);

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

CREATE TABLE mail_address(
  id integer primary key,
  address text not null unique,
  state integer not null,
  lang text not null,
  asked_at integer,
  confirmed_at integer,
  bounces integer not null default 0,
  created_at integer not null
) strict;

CREATE INDEX mail_address_asked on mail_address(asked_at) where asked_at is not null;

CREATE TABLE migration(
  number integer primary key,
  applied_at integer not null
) strict;

CREATE TABLE outbox(
  id integer primary key,
  site_id integer not null,
  comment_id integer not null,
  cause integer not null,
  status integer not null,
  run_at integer not null,
  created_at integer not null
) strict;

CREATE INDEX outbox_due on outbox(run_at, id);

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
, question text, question_by text) strict;

CREATE INDEX page_of_site on page(site_id, last_comment_at);

CREATE TABLE page_address(
  site_id integer not null,
  address_hash blob not null,
  page_id integer not null references page(id),
  address text not null,
  primary key(site_id, address_hash)
) strict, without rowid;

CREATE INDEX page_address_page on page_address(page_id);

CREATE TABLE report(
  comment_id integer not null references comment(id),
  reporter blob not null,
  site_id integer not null,
  reason text not null,
  text text not null,
  created_at integer not null,
  primary key(comment_id, reporter)
) strict, without rowid;

CREATE INDEX report_of_site on report(site_id, created_at);

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

CREATE TABLE staff_notice(
  account_id integer not null references account(id),
  site_id integer not null references site(id),
  mode integer not null,
  reminded_at integer,
  primary key(account_id, site_id)
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

CREATE TABLE told(
  kind integer not null,
  recipient integer not null,
  comment_id integer not null,
  delivery_id integer not null,
  primary key(kind, recipient, comment_id)
) strict, without rowid;

CREATE INDEX told_of_delivery on told(delivery_id);

CREATE TABLE webhook(
  id integer primary key,
  site_id integer not null,
  url text not null,
  kinds text not null,
  template integer not null,
  secret text not null,
  old_secret text,
  old_until integer,
  state integer not null,
  failed_since integer,
  created_at integer not null
) strict;

CREATE INDEX webhook_of_site on webhook(site_id, id);
