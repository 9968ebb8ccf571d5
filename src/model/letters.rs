//! Characters that act on the text around them: controls, blanks, marks, and what is not seen at all.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// More marks than this on one letter reach into the lines around it.
const MARKS_MAX: usize = 4;

/// Controls that are shown to nobody: C0 and C1 other than tab and line ends, overrides and isolates of
/// text direction, and tags.
pub fn is_control(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}' => true,
        _ => c.is_control(),
    }
}

/// Shown as an empty place.
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// Joins or parts its neighbours, as scripts and pictures made of several characters need.
pub fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Takes no place of its own: soft hyphens, zero-width characters, marks of direction, fillers of other kinds.
pub fn is_unseen(c: char) -> bool {
    is_joiner(c)
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}' | '\u{e0080}'..='\u{e00ff}' | '\u{e01f0}'..='\u{e0fff}'
        )
}

/// Drawn on the letter before it.
pub fn is_mark(c: char) -> bool {
    !c.is_ascii() && c.general_category_group() == GeneralCategoryGroup::Mark
}

/// Lets a few marks through for each letter. What is not seen is no letter, so that marks cannot hide behind it.
#[derive(Default)]
pub struct Marks {
    since_letter: usize,
}

impl Marks {
    pub fn keeps(&mut self, c: char) -> bool {
        if c.is_ascii() {
            self.since_letter = 0;
        } else if is_mark(c) {
            self.since_letter += 1;
        } else if !is_unseen(c) && !is_control(c) {
            self.since_letter = 0;
        }
        self.since_letter <= MARKS_MAX || !is_mark(c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t09_a_letter_carries_four_marks_and_unseen_characters_do_not_start_anew() {
        let mut marks = Marks::default();
        let kept: String = "o\u{300}\u{300}\u{300}\u{200b}\u{300}\u{200d}\u{300}e\u{301}".chars().filter(|c| marks.keeps(*c)).collect();
        assert_eq!(kept, "o\u{300}\u{300}\u{300}\u{200b}\u{300}\u{200d}e\u{301}");
    }

    #[test]
    fn t09_controls_are_told_from_line_ends() {
        for control in ['\0', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}', '\u{e0041}', '\u{1b}'] {
            assert!(is_control(control), "{control:?}");
        }
        for plain in ['\n', '\t', 'a', '\u{200d}', '\u{e0100}', 'ä'] {
            assert!(!is_control(plain), "{plain:?}");
        }
    }
}
