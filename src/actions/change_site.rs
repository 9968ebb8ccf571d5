//! Adds a site, and changes the name, origins and rules of one.

use crate::app::App;
use crate::error::Error;
use crate::model::{FieldError, Origin, RuleError, Rules, Site, SiteKey, clean_name};
use crate::store::NewSite;

/// Settings by name, as typed: `name`, `origins` (separated by commas or blanks) and every rule.
#[derive(Clone, Debug, Default)]
pub struct SiteChange {
    pub values: Vec<(String, String)>,
}

/// Sites have at most this many origins.
const ORIGINS_MAX: usize = 50;

/// Adds a site with the default rules. `NameTaken` if its key is used.
pub fn add_site(app: &App, key: &str, name: Option<&str>, origins: &[String]) -> Result<Site, Error> {
    let key: SiteKey = key.parse().map_err(|error| FieldError::new("site_key_invalid", "key", format!("{error}")))?;
    let origins = parse_origins(&origins.join(","))?;
    let name = name.map(clean_name).filter(|name| !name.is_empty()).unwrap_or_else(|| key.to_string());
    Ok(app.store.insert_site(&NewSite { key: &key, name: &name, origins: &origins, rules: &Rules::default() }, app.now())?)
}

/// Changes all named settings of a site, or none when one of them cannot be.
pub fn change_site(app: &App, site: &Site, change: &SiteChange) -> Result<Site, Error> {
    let (mut name, mut origins, mut rules) = (site.name.clone(), site.origins.clone(), site.rules.clone());
    for (setting, value) in &change.values {
        match setting.as_str() {
            "name" => name = check_site_name(value)?,
            "origins" => origins = parse_origins(value)?,
            rule => rules.set(rule, value)?,
        }
    }
    Ok(app.store.update_site(site.id, &name, &origins, &rules)?)
}

fn check_site_name(value: &str) -> Result<String, Error> {
    let name = clean_name(value);
    if name.is_empty() || name.chars().count() > 100 {
        return Err(RuleError { name: "name".into(), problem: "takes 1 to 100 characters".into() }.into());
    }
    Ok(name)
}

fn parse_origins(text: &str) -> Result<Vec<Origin>, Error> {
    let refuse = |problem: String| RuleError { name: "origins".into(), problem };
    let words: Vec<&str> = text.split([',', ' ', '\n', '\r', '\t']).filter(|word| !word.is_empty()).collect();
    if words.is_empty() || words.len() > ORIGINS_MAX {
        return Err(refuse(format!("takes 1 to {ORIGINS_MAX} origins, like https://blog.example")).into());
    }
    let parse = |word: &&str| word.parse().map_err(|error| Error::from(refuse(format!("{word}: {error}"))));
    words.iter().map(parse).collect()
}
