-- The first tables: sites, their pages and comments, the people behind them, and who may decide.
-- All times are milliseconds since 1970 in UTC, all flags 0 or 1. JSON is text that no query looks into.
-- Ids are 63-bit numbers that the store hands out: milliseconds since 2000 shifted left by 20, plus a sequence.
-- Every index costs about one more page of the log for a lone submit, so each says what it is for.

-- When which migration ran here; the number that decides is `pragma user_version`.
create table migration(
  number integer primary key,
  applied_at integer not null
) strict;

-- What this installation keeps for itself, such as its key.
create table setting(
  name text primary key,
  value blob not null
) strict, without rowid;

-- Who embeds us. `origins` is a JSON list of texts, `rules` a JSON object of texts by the rule's name.
create table site(
  id integer primary key,
  key text not null unique,
  name text not null,
  origins text not null,
  rules text not null,
  version integer not null,
  created_at integer not null
) strict;

-- An address of a site that carries comments. `version` is raised in the transaction of every change that a
-- reader can see. The counts equal a recount after every transaction.
-- `key` is the canonical name it was first asked for by, `url` the address as first seen, for links.
-- `state`: 0 open, 1 closed.
create table page(
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

-- The pages of a site, the latest commented first.
create index page_of_site on page(site_id, last_comment_at);

-- The canonical address of a page and every alias: the only way to a page.
-- `address_hash` is the beginning of the SHA-256 of the address.
create table page_address(
  site_id integer not null,
  address_hash blob not null,
  page_id integer not null references page(id),
  address text not null,
  primary key(site_id, address_hash)
) strict, without rowid;

-- Which addresses a page has, and what goes with it when it is deleted.
create index page_address_page on page_address(page_id);

-- A person as one site knows them. `kind`: 0 somebody who came without signing in, 1 staff.
-- `site_id` has no foreign key, because that would need an index that is of use only when a site is deleted.
create table author(
  id integer primary key,
  site_id integer not null,
  kind integer not null,
  created_at integer not null
) strict;

-- By what a signed-in author is known: `provider` is `account` or `token`, `subject` its id.
create table identity(
  site_id integer not null,
  provider text not null,
  subject text not null,
  author_id integer not null references author(id),
  primary key(site_id, provider, subject)
) strict, without rowid;

-- Foreign keys are checked from the author's side too.
create index identity_author on identity(author_id);

-- The tree: a root has no parent, is its own root, has depth 0 and an empty path. A reply has the path of its
-- parent followed by its own id as 8 bytes, big-endian, so that sorting by path is display order. Below depth 12
-- a reply takes the path of its ancestor at depth 11; `parent_id` stays true.
-- `parent_id` has no foreign key, because that would need an index of its own; the insert checks it.
-- `status`: 0 published, 1 pending, 2 spam, 3 removed by a moderator, 4 withdrawn by its author.
-- `shown` is 1 for what is published, and for anything else while something shown hangs below it.
-- `child_count` counts shown direct replies; `reply_count` counts, on roots alone, everything shown below.
-- `badge`: 0 none, 1 author of the site, 2 moderator; set from the writer's rights at that time.
-- `author_name` and `author_website` are as given with this very comment.
-- `html` was cleaned when it was written. `held_because` is a list of words, while the comment is pending.
create table comment(
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

-- Roots of a page, newest or oldest first.
create index comment_root_time on comment(page_id, id) where depth = 0 and shown = 1;

-- Roots of a page, best first.
create index comment_root_rank on comment(page_id, rank desc, id) where depth = 0 and shown = 1;

-- Replies of a root in display order. `shown` comes first, so that what nobody sees costs readers nothing.
create index comment_thread on comment(page_id, shown, root_id, path);

-- Pinned roots of a page.
create index comment_pinned on comment(page_id, id) where pinned = 1;

-- Queues and feeds of a site, newest first.
create index comment_of_site on comment(site_id, status, id);

-- Queues and feeds of a page, newest first.
create index comment_of_page on comment(page_id, status, id);

-- Whether somebody has a published comment.
create index comment_author on comment(author_id, status) where author_id is not null;

-- Comments whose HTML was made by other rules than those of this program.
create index comment_markup on comment(markup_version);

-- What a comment that waits would teach its page by being published: the page's title, or for a page named by a
-- free id its address.
create table lesson(
  comment_id integer primary key references comment(id),
  site_id integer not null,
  title text,
  address_hash blob,
  address text
) strict;

-- Submission keys of the last 24 hours: the same key is the same comment.
-- `nonce` is the beginning of the SHA-256 of the key. `comment_id` has no foreign key, because that would need an index.
create table submission(
  site_id integer not null,
  nonce blob not null,
  comment_id integer not null,
  content_hash blob not null,
  created_at integer not null,
  primary key(site_id, nonce)
) strict, without rowid;

-- Names under which comments with a badge stand on a site; visitors may not imitate them.
create table staff_name(
  site_id integer not null references site(id),
  name text not null,
  primary key(site_id, name)
) strict, without rowid;

-- Somebody who signs in at the desk. `name_key` is the name without regard to case and width.
-- `password` is an argon2id hash in PHC form, null until one was chosen.
-- Roles: 0 viewer, 1 moderator, 2 owner.
create table account(
  id integer primary key,
  name text not null,
  name_key text not null unique,
  email text,
  password text,
  role_everywhere integer,
  created_at integer not null
) strict;

-- The role of an account on single sites.
create table account_site(
  account_id integer not null references account(id),
  site_id integer not null references site(id),
  role integer not null,
  primary key(account_id, site_id)
) strict, without rowid;

-- One-time codes for choosing a password; without an account it is the code of the first set-up.
create table setup_code(
  code_hash blob primary key,
  account_id integer references account(id),
  expires_at integer not null
) strict, without rowid;

-- Signed-in browsers, known by the hash of what their cookie holds.
create table session(
  secret_hash blob primary key,
  account_id integer not null references account(id),
  form_token text not null,
  created_at integer not null,
  used_at integer not null,
  expires_at integer not null
) strict, without rowid;

-- Ending every session of an account.
create index session_account on session(account_id);

-- API tokens, known by their hash. Without a site a token speaks for all of them.
-- `scope`: 0 read, 1 write, 2 moderate, 3 admin, each including those before it.
create table token(
  id integer primary key,
  name text not null,
  name_key text not null unique,
  secret_hash blob not null unique,
  site_id integer references site(id),
  scope integer not null,
  created_at integer not null
) strict;
