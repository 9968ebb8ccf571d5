//! What a job of the writing thread works with: the connection inside a transaction, new ids, and page rows that
//! are written once for all jobs of a batch.

use std::{collections::HashMap, mem};

use rusqlite::Connection;

use crate::model::{Page, PageId, SiteId, Timestamp};
use crate::store::Error;
use crate::store::sqlite::ids::Ids;
use crate::store::sqlite::rows;

pub struct Batch<'c> {
    pub conn: &'c Connection,
    ids: &'c mut Ids,
    /// Pages as the jobs so far have left them; their rows are older.
    left: HashMap<PageId, Page>,
    /// Pages as the running job has left them; forgotten if it fails.
    touched: HashMap<PageId, Page>,
}

impl<'c> Batch<'c> {
    pub fn new(conn: &'c Connection, ids: &'c mut Ids) -> Self {
        Self { conn, ids, left: HashMap::new(), touched: HashMap::new() }
    }

    pub fn next_id(&mut self, at: Timestamp) -> Result<i64, Error> {
        self.ids.next(at)
    }

    /// The page as it is by now, with what this batch has done to it.
    pub fn find_page(&self, site: SiteId, id: PageId) -> Result<Option<Page>, Error> {
        match self.touched.get(&id).or_else(|| self.left.get(&id)) {
            Some(page) => Ok(Some(page.clone()).filter(|page| page.site_id == site)),
            None => Ok(rows::find_page(self.conn, site, id)?),
        }
    }

    /// A page that a row already stored names.
    pub fn page(&self, site: SiteId, id: PageId) -> Result<Page, Error> {
        self.find_page(site, id)?.ok_or_else(|| Error::Internal(format!("page {id} is missing")))
    }

    /// Keeps the page for the end of the batch. Its row must exist.
    pub fn put_page(&mut self, page: &Page) {
        self.touched.insert(page.id, page.clone());
    }

    /// Keeps a page that readers see changed.
    pub fn raise_page(&mut self, page: &mut Page, at: Timestamp) {
        page.version += 1;
        page.changed_at = at;
        self.put_page(page);
    }

    /// Drops the pages of a site whose rows are gone.
    pub fn forget_pages(&mut self, site: SiteId) {
        self.left.retain(|_, page| page.site_id != site);
        self.touched.retain(|_, page| page.site_id != site);
    }

    pub fn keep_job(&mut self) {
        self.left.extend(mem::take(&mut self.touched));
    }

    pub fn undo_job(&mut self) {
        self.touched.clear();
    }

    /// Writes each page that any job touched, once.
    pub fn write_pages(&mut self) -> rusqlite::Result<()> {
        let mut update = self.conn.prepare_cached(
            "update page set title = ?3, version = ?4, published_count = ?5, root_count = ?6, state = ?7,
               last_comment_at = ?8, changed_at = ?9, url = ?10, question = ?11, question_by = ?12
             where site_id = ?1 and id = ?2",
        )?;
        for page in self.left.values() {
            update.execute((
                page.site_id.0,
                page.id.0,
                &page.title,
                page.version,
                rows::number(page.published_count),
                rows::number(page.root_count),
                rows::page_state_code(page.state),
                page.last_comment_at.0,
                page.changed_at.0,
                &page.url,
                page.question.as_ref().map(|question| &question.text),
                page.question.as_ref().map(|question| &question.by),
            ))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PageAddress;
    use crate::store::sqlite::pages;

    #[test]
    fn a_page_is_written_as_the_jobs_that_stayed_have_left_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let conn = crate::store::sqlite::open::open_writer(&path, Timestamp(0), &mut || ()).unwrap();
        conn.execute("insert into site values (1, 'a', 'A', '[]', '{}', 1, 0), (2, 'b', 'B', '[]', '{}', 1, 0)", []).unwrap();
        let mut ids = Ids::default();
        ids.learn(&conn).unwrap();
        let (mut batch, site) = (Batch::new(&conn, &mut ids), SiteId(1));
        let mut page = pages::find_or_insert(&mut batch, site, &PageAddress::path("/hello"), Timestamp(1)).unwrap();
        for (version, stays) in [(2, true), (3, false), (3, true)] {
            page = batch.page(site, page.id).unwrap();
            batch.raise_page(&mut page, Timestamp(1));
            assert_eq!(batch.page(site, page.id).unwrap().version, version);
            assert!(batch.page(SiteId(2), page.id).is_err(), "it belongs to another site");
            if stays { batch.keep_job() } else { batch.undo_job() }
        }
        assert_eq!(rows::find_page(&conn, site, page.id).unwrap().unwrap().version, 1);
        batch.write_pages().unwrap();
        assert_eq!(rows::find_page(&conn, site, page.id).unwrap().unwrap().version, 3);
    }
}
