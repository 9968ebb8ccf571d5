//! Pages: found by any of their addresses, made by their first comment or by being closed.

use rusqlite::{Connection, OptionalExtension};

use crate::model::{Page, PageAddress, PageId, PageState, SiteId, Timestamp};
use crate::store::{
    Error, Pages,
    sqlite::{SqliteStore, batch::Batch, rows},
};

/// Addresses that one call may ask about.
const ADDRESSES_MAX: usize = 100;

impl Pages for SqliteStore {
    fn find_page(&self, site: SiteId, address: &PageAddress) -> Result<Option<Page>, Error> {
        self.readers.read(|conn| match find_id(conn, site, &address.hash)? {
            Some(id) => Ok(rows::find_page(conn, site, id)?),
            None => Ok(None),
        })
    }

    fn find_page_by_id(&self, site: SiteId, id: PageId) -> Result<Option<Page>, Error> {
        self.readers.read(|conn| Ok(rows::find_page(conn, site, id)?))
    }

    fn list_pages(&self, site: SiteId, most: u32) -> Result<Vec<Page>, Error> {
        self.readers.read(|conn| {
            let mut query =
                conn.prepare_cached("select id from page where site_id = ?1 order by last_comment_at desc, id desc limit ?2")?;
            let ids = query.query_map((site.0, most), |row| row.get(0).map(PageId))?.collect::<rusqlite::Result<Vec<_>>>()?;
            ids.into_iter().filter_map(|id| rows::find_page(conn, site, id).transpose()).map(|page| Ok(page?)).collect()
        })
    }

    fn count_comments(&self, site: SiteId, addresses: &[PageAddress]) -> Result<Vec<u64>, Error> {
        if addresses.len() > ADDRESSES_MAX {
            return Err(Error::Internal(format!("{} addresses were asked about, at most {ADDRESSES_MAX} may be", addresses.len())));
        }
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select page.published_count from page_address join page on page.id = page_address.page_id
                 where page_address.site_id = ?1 and page_address.address_hash = ?2",
            )?;
            let count = |address: &PageAddress| -> Result<u64, Error> {
                let count: Option<i64> = query.query_row((site.0, address.hash), |row| row.get(0)).optional()?;
                Ok(count.and_then(|count| count.try_into().ok()).unwrap_or(0))
            };
            addresses.iter().map(count).collect()
        })
    }

    fn find_or_insert_page(&self, site: SiteId, address: &PageAddress, at: Timestamp) -> Result<Page, Error> {
        let address = address.clone();
        self.writer.write(move |batch| find_or_insert(batch, site, &address, at))
    }

    fn update_page_state(&self, site: SiteId, address: &PageAddress, state: PageState, at: Timestamp) -> Result<Page, Error> {
        let address = address.clone();
        self.writer.write(move |batch| {
            let mut page = find_or_insert(batch, site, &address, at)?;
            page.state = state;
            batch.raise_page(&mut page, at);
            Ok(page)
        })
    }
}

fn find_id(conn: &Connection, site: SiteId, hash: &[u8; 16]) -> rusqlite::Result<Option<PageId>> {
    let mut query = conn.prepare_cached("select page_id from page_address where site_id = ?1 and address_hash = ?2")?;
    query.query_row((site.0, hash), |row| row.get(0).map(PageId)).optional()
}

/// The page that an address names, within a batch.
pub fn find_by_address(batch: &Batch<'_>, site: SiteId, address: &PageAddress) -> Result<Option<Page>, Error> {
    match find_id(batch.conn, site, &address.hash)? {
        Some(id) => batch.page(site, id).map(Some),
        None => Ok(None),
    }
}

/// The page that an address names; it is made if there is none. `NotFound` when the site is gone.
pub fn find_or_insert(batch: &mut Batch<'_>, site: SiteId, address: &PageAddress, at: Timestamp) -> Result<Page, Error> {
    if let Some(page) = find_by_address(batch, site, address)? {
        return Ok(page);
    }
    if !batch.conn.prepare_cached("select 1 from site where id = ?1")?.exists([site.0])? {
        return Err(Error::NotFound);
    }
    let page = Page {
        id: PageId(batch.next_id(at)?),
        site_id: site,
        key: address.key.clone(),
        url: address.url.clone(),
        title: String::new(),
        version: 1,
        published_count: 0,
        root_count: 0,
        state: PageState::Open,
        last_comment_at: Timestamp(0),
        changed_at: at,
        created_at: at,
        question: None,
    };
    let mut insert = batch.conn.prepare_cached(
        "insert into page(id, site_id, key, url, title, version, published_count, root_count, state, last_comment_at, changed_at, created_at)
         values (?1, ?2, ?3, ?4, '', 1, 0, 0, 0, 0, ?5, ?5)",
    )?;
    insert.execute((page.id.0, site.0, &page.key, &page.url, at.0))?;
    insert_address(batch.conn, &page, &address.hash, &address.key)?;
    Ok(page)
}

/// Gives a page one more address, unless that names a page already.
fn insert_address(conn: &Connection, page: &Page, hash: &[u8], address: &str) -> rusqlite::Result<()> {
    let mut insert = conn.prepare_cached(
        "insert into page_address(site_id, address_hash, page_id, address) values (?1, ?2, ?3, ?4) on conflict do nothing",
    )?;
    insert.execute((page.site_id.0, hash, page.id.0, address))?;
    Ok(())
}

/// What a comment teaches its page by being published.
#[derive(Default)]
pub struct Lesson {
    pub title: Option<String>,
    /// Hash and text of the address that came with a free id.
    pub address: Option<(Vec<u8>, String)>,
    /// That address as it was sent, where it is still known.
    pub url: Option<String>,
}

impl Lesson {
    pub fn of(title: Option<&str>, address: &PageAddress) -> Self {
        let alias = address.alias.as_deref();
        Self {
            title: title.map(str::to_owned),
            address: alias.map(|alias| (alias.hash.to_vec(), alias.key.clone())),
            url: alias.map(|alias| alias.url.clone()),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.title.is_none() && self.address.is_none()
    }
}

/// A page takes the first title it is told, and one address beside its own.
pub fn learn(batch: &mut Batch<'_>, page: &mut Page, lesson: &Lesson) -> Result<(), Error> {
    if let Some(title) = lesson.title.as_ref().filter(|_| page.title.is_empty()) {
        page.title.clone_from(title);
        batch.put_page(page);
    }
    if let Some((hash, address)) = &lesson.address {
        let mut query = batch.conn.prepare_cached("select count(*) from page_address where site_id = ?1 and page_id = ?2")?;
        let addresses: i64 = query.query_row((page.site_id.0, page.id.0), |row| row.get(0))?;
        if addresses == 1 {
            insert_address(batch.conn, page, hash, address)?;
            // A page whose first comments were held, or named no address, is linked to its site until now.
            if let Some(origin) = page.url.strip_suffix('/').filter(|origin| origin.matches('/').count() == 2) {
                page.url = lesson.url.clone().unwrap_or_else(|| format!("{origin}{address}"));
                batch.put_page(page);
            }
        }
    }
    Ok(())
}
