//! A look through the whole file: damage, and numbers that differ from a recount.

use rusqlite::{Connection, Row};

use crate::store::{CheckReport, Error, sqlite::rows::Cells};

/// Problems of one kind that are named; one is enough to know, thousands help nobody.
const NAMED_MAX: usize = 20;

pub fn check(conn: &Connection) -> Result<CheckReport, Error> {
    // One snapshot, so that writes during the check are no differences.
    let snapshot = conn.unchecked_transaction()?;
    let mut report = CheckReport { sites: count(&snapshot, "select count(*) from site")?, ..CheckReport::default() };
    report.pages = count(&snapshot, "select count(*) from page")?;
    report.comments = count(&snapshot, "select count(*) from comment")?;
    let problems = &mut report.problems;
    find(&snapshot, problems, "pragma integrity_check(20)", |row| {
        let found: String = row.get(0)?;
        Ok((found != "ok").then(|| format!("The file is damaged: {found}.")))
    })?;
    find(&snapshot, problems, "pragma foreign_key_check", |row| {
        let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
        Ok(Some(format!("A row of {table} points to a row of {parent} that does not exist.")))
    })?;
    check_pages(&snapshot, problems)?;
    check_counts(&snapshot, problems)?;
    check_places(&snapshot, problems)?;
    Ok(report)
}

fn count(conn: &Connection, sql: &'static str) -> Result<u64, Error> {
    let count: i64 = conn.query_row(sql, [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Adds a sentence for each row of a query that has one.
fn find(
    conn: &Connection,
    problems: &mut Vec<String>,
    sql: &'static str,
    problem: impl Fn(&Row<'_>) -> rusqlite::Result<Option<String>>,
) -> Result<(), Error> {
    let mut query = conn.prepare(sql)?;
    let mut rows = query.query([])?;
    let mut named = 0;
    while named < NAMED_MAX
        && let Some(row) = rows.next()?
    {
        if let Some(sentence) = problem(row)? {
            problems.push(sentence);
            named += 1;
        }
    }
    Ok(())
}

fn check_pages(conn: &Connection, problems: &mut Vec<String>) -> Result<(), Error> {
    find(
        conn,
        problems,
        "select page.id, published_count, root_count, count(comment.id) filter (where status = 0),
           count(comment.id) filter (where depth = 0 and shown = 1)
         from page left join comment on comment.page_id = page.id group by page.id
         having published_count <> count(comment.id) filter (where status = 0)
           or root_count <> count(comment.id) filter (where depth = 0 and shown = 1)",
        |row| {
            let mut cells = Cells::of(row);
            let (page, published, roots): (i64, i64, i64) = (cells.take()?, cells.take()?, cells.take()?);
            let (real_published, real_roots): (i64, i64) = (cells.take()?, cells.take()?);
            Ok(Some(format!(
                "Page {page} says {published} published comments and {roots} roots; there are {real_published} and {real_roots}."
            )))
        },
    )?;
    find(
        conn,
        problems,
        "select id from page where not exists (
           select 1 from page_address where page_address.page_id = page.id and page_address.site_id = page.site_id)",
        |row| Ok(Some(format!("Page {} has no address.", row.get::<_, i64>(0)?))),
    )?;
    find(
        conn,
        problems,
        "select comment.id from comment join page on page.id = comment.page_id where page.site_id <> comment.site_id",
        |row| Ok(Some(format!("Comment {} stands on a page of another site.", row.get::<_, i64>(0)?))),
    )?;
    find(
        conn,
        problems,
        "select page_address.page_id from page_address join page on page.id = page_address.page_id
         where page.site_id <> page_address.site_id",
        |row| Ok(Some(format!("Page {} has an address in another site.", row.get::<_, i64>(0)?))),
    )
}

fn check_counts(conn: &Connection, problems: &mut Vec<String>) -> Result<(), Error> {
    find(
        conn,
        problems,
        "select root.id, root.reply_count, count(reply.id) from comment root
         left join comment reply on reply.page_id = root.page_id and reply.root_id = root.id and reply.shown = 1 and reply.depth > 0
         where root.depth = 0 group by root.id having root.reply_count <> count(reply.id)",
        |row| {
            let (id, says, real): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Some(format!("Comment {id} says {says} replies; there are {real}.")))
        },
    )?;
    find(conn, problems, "select id from comment where depth > 0 and reply_count <> 0", |row| {
        Ok(Some(format!("Comment {} counts replies, though it is one.", row.get::<_, i64>(0)?)))
    })?;
    find(
        conn,
        problems,
        "with child(parent_id, shown_count) as materialized (
           select parent_id, count(*) from comment where parent_id is not null and shown = 1 group by parent_id)
         select id, child_count, coalesce(shown_count, 0) from comment left join child on child.parent_id = comment.id
         where child_count <> coalesce(shown_count, 0)",
        |row| {
            let (id, says, real): (i64, i64, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Some(format!("Comment {id} says {says} shown answers; there are {real}.")))
        },
    )?;
    find(
        conn,
        problems,
        "select id from comment where turn <> 2 and turn <> (status = 0 and badge = 0
           and (parent_id is null or exists (select 1 from comment above where above.id = comment.parent_id and above.badge <> 0))
           and not exists (select 1 from comment answer where answer.parent_id = comment.id and answer.status = 0 and answer.badge <> 0))",
        |row| {
            Ok(Some(format!("Comment {} waits for the author's word though it should not, or the other way round.", row.get::<_, i64>(0)?)))
        },
    )?;
    find(conn, problems, "select id from comment where shown <> (status = 0 or child_count > 0)", |row| {
        Ok(Some(format!("Comment {} is shown though it should not be, or the other way round.", row.get::<_, i64>(0)?)))
    })
}

fn check_places(conn: &Connection, problems: &mut Vec<String>) -> Result<(), Error> {
    find(conn, problems, "select id from comment where parent_id is null and (root_id <> id or depth <> 0 or path <> x'')", |row| {
        Ok(Some(format!("Comment {} has no parent and is not a root.", row.get::<_, i64>(0)?)))
    })?;
    find(
        conn,
        problems,
        "select c.id, c.site_id = p.site_id and c.page_id = p.page_id and c.root_id = p.root_id, c.depth, c.path, p.depth, p.path
         from comment c left join comment p on p.id = c.parent_id where c.parent_id is not null",
        |row| {
            let mut cells = Cells::of(row);
            let id: i64 = cells.take()?;
            let Some(same_thread) = cells.take::<Option<bool>>()? else {
                return Ok(Some(format!("Comment {id} answers one that does not exist.")));
            };
            let (depth, path): (usize, Vec<u8>) = (cells.take::<u32>()? as usize, cells.take()?);
            let (parent_depth, parent_path): (usize, Vec<u8>) = (cells.take::<u32>()? as usize, cells.take()?);
            let levels = parent_depth.min(11);
            let fits = same_thread
                && depth == levels + 1
                && path.split_last_chunk() == Some((parent_path.get(..levels * 8).unwrap_or_default(), &id.to_be_bytes()));
            Ok((!fits).then(|| format!("Comment {id} does not stand below the one it answers.")))
        },
    )
}
