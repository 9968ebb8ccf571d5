-- What makes a thread a conversation: notices by mail, calls of other services, and who waits for whom.

-- `asks`: its author is asking something. `is_first`: it was its person's first published comment on this site
-- when it was published. `turn`: 0 nobody waits, 1 it waits for the author's word, 2 the author said that it needs
-- no answer. `helped_at`: when the person it answers said that it helped. `used_at`: when the author marked it as
-- used in the post.
alter table comment add column asks integer not null default 0;
alter table comment add column is_first integer not null default 0;
alter table comment add column turn integer not null default 0;
alter table comment add column helped_at integer;
alter table comment add column used_at integer;

-- What the author asks the readers of a page, and who asks; both or neither.
alter table page add column question text;
alter table page add column question_by text;

-- Who answered a comment: asked by "you were answered", by the list of people who wait, and by each answer.
create index comment_answers on comment(parent_id, status, id) where parent_id is not null;

-- What staff answered: a thread of thousands of readers' answers costs no more than a short one.
create index comment_staff_answers on comment(parent_id, created_at) where badge <> 0 and status = 0;

-- People who wait for the author's word, the longest first.
create index comment_turn on comment(site_id, id) where turn = 1;

-- Questions that somebody may be asked to help with.
create index comment_asking on comment(site_id, id) where asks = 1;

-- Comments that were used in a post.
create index comment_used on comment(page_id, id) where used_at is not null;

-- Whose first comment it was: of each person the earliest published one.
update comment set is_first = 1 where id in
  (select min(id) from comment where status = 0 and badge = 0 and author_id is not null group by author_id);

-- Who waits: readers' roots and readers' answers to staff, without an answer of staff.
update comment set turn = 1 where status = 0 and badge = 0
  and (parent_id is null or exists (select 1 from comment above where above.id = comment.parent_id and above.badge <> 0))
  and not exists (select 1 from comment answer where answer.parent_id = comment.id and answer.status = 0 and answer.badge <> 0);

-- What happened and has yet to be told, written in the transaction of its cause. `cause`: 0 submitted, 1 given another
-- status, 2 reported. `status` is the comment's after it. Nothing is told before `run_at`.
-- Nothing here is named by a foreign key, because each would need an index of its own.
create table outbox(
  id integer primary key,
  site_id integer not null,
  comment_id integer not null,
  cause integer not null,
  status integer not null,
  run_at integer not null,
  created_at integer not null
) strict;

-- What is due.
create index outbox_due on outbox(run_at, id);

-- E-mail addresses that mail may go to, over all sites. `state`: 0 unproven, 1 confirmed, 2 stopped by its owner,
-- 3 mail came back too often. `asked_at` is when a confirmation was sent last; `bounces` counts refusals in a row.
create table mail_address(
  id integer primary key,
  address text not null unique,
  state integer not null,
  lang text not null,
  asked_at integer,
  confirmed_at integer,
  bounces integer not null default 0,
  created_at integer not null
) strict;

-- How many confirmations were sent lately.
create index mail_address_asked on mail_address(asked_at) where asked_at is not null;

-- Who wants to hear of answers. Without `comment_id` it is of the whole thread, with it of the answers to that
-- comment; 0 stands for none, so that each is there once. `author_id` is who asked for it, if that is known: people
-- get no mail about themselves.
create table follow(
  id integer primary key,
  site_id integer not null,
  page_id integer not null,
  comment_id integer not null,
  address_id integer not null references mail_address(id),
  author_id integer,
  lang text not null,
  created_at integer not null
) strict;

-- Who hears of a comment on this page; each address once.
create unique index follow_of_page on follow(page_id, comment_id, address_id);

-- All that an address follows.
create index follow_of_address on follow(address_id);

-- Other services that are called. `kinds` is a list of words; `template`: 0 Standard Webhooks, 1 ntfy, 2 chat.
-- `old_secret` is good until `old_until`. `state`: 0 on, 1 switched off, 2 off after failing too long.
create table webhook(
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

-- The webhooks of a site.
create index webhook_of_site on webhook(site_id, id);

-- A mail to one address or a call of one webhook: waiting, under way, or how it ended.
-- `kind` says what it is; `recipient` is an address, or for calls a webhook. `state`: 0 waiting, 1 done, 2 failed,
-- 3 dropped because there was nothing to say any more. `tries` counts attempts that were begun; `claimed` is 1
-- while one is under way; `run_at` is when the next is due. `body` is what a call sends, made when it happened; mails are made when they are sent.
-- `said` is what the other side answered last. `site_id` 0 is the server itself.
create table delivery(
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

-- What is due.
create index delivery_due on delivery(run_at, id) where state = 0;

-- The log of a site, newest first.
create index delivery_of_site on delivery(site_id, id);

-- What was given up, newest first.
create index delivery_failed on delivery(site_id, id) where state = 2;

-- What the same recipient got lately: what waits is added to, and pauses are counted from the last.
create index delivery_of_recipient on delivery(kind, recipient, page_id, id);

-- What each delivery is about. A recipient hears of a comment once in each kind.
create table told(
  kind integer not null,
  recipient integer not null,
  comment_id integer not null,
  delivery_id integer not null,
  primary key(kind, recipient, comment_id)
) strict, without rowid;

-- The comments of a delivery.
create index told_of_delivery on told(delivery_id);

-- How staff want to hear of comments. `mode`: 0 every comment, 1 what waits, 2 hourly, 3 daily, 4 nothing.
create table staff_notice(
  account_id integer not null references account(id),
  site_id integer not null references site(id),
  mode integer not null,
  reminded_at integer,
  primary key(account_id, site_id)
) strict, without rowid;

-- What readers reported, once for each network. `reporter` is a keyed hash that changes with the comment and month.
create table report(
  comment_id integer not null references comment(id),
  reporter blob not null,
  site_id integer not null,
  reason text not null,
  text text not null,
  created_at integer not null,
  primary key(comment_id, reporter)
) strict, without rowid;

-- What waits for a moderator's look, newest first.
create index report_of_site on report(site_id, created_at);
