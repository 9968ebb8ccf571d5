//! Names of people: what is taken out of them, and which ones pose as somebody else.

use std::{collections::HashSet, sync::LazyLock};

use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;

use super::letters::{Marks, is_blank, is_control, is_joiner, is_mark, is_unseen};

/// Words that claim a part in running a site. They are free to use alone, because the badge of staff is drawn
/// by us; beside the name of somebody on the staff they make a false claim.
const ROLE_WORDS: &str = "admin administrator admins author authors blogger boss ceo chief creator crew editor editorial founder head host \
    maintainer manager mod moderation moderator mods official operator owner publisher staff support sysop team verified webmaster writer \
    administratorin autor autorin betreiber betreiberin chefredakteur inhaber inhaberin moderatorin offiziell redaktion verwalter \
    administrateur auteur autrice équipe modérateur modératrice officiel officielle propriétaire rédacteur rédaction \
    administrador administradora autora dueña dueño equipo moderador moderadora oficial propietario soporte verificado \
    dono equipe proprietário suporte amministratore autore moderatore proprietario redazione squadra ufficiale \
    beheerder eigenaar schrijver redactie administratör författare ägare forfatter redaktør ylläpitäjä \
    redakcja redaktor właściciel zespół správce majitel szerző tulajdonos yazar yönetici sahibi resmi \
    автор админ администратор администрация модератор владелец команда официальный поддержка редактор редакция автора власник \
    διαχειριστής συγγραφέας ομάδα \
    管理員 管理员 管理人 管理者 作者 著者 筆者 公式 官方 運営 運営者 版主 站長 站长 博主 客服 団体 團隊 团队 編集部 编辑 サポート スタッフ \
    관리자 운영자 작성자 공식 저자 편집자 المشرف المدير الكاتب الإدارة رسمي المؤلف מנהל מחבר רשמי लेखक व्यवस्थापक";

static ROLES: LazyLock<HashSet<String>> = LazyLock::new(|| ROLE_WORDS.split_whitespace().flat_map(foldings).collect());

/// The name without what cannot be seen or would disturb its surroundings; may be empty.
pub fn clean_name(name: &str) -> String {
    let mut clean = String::with_capacity(name.len());
    let mut marks = Marks::default();
    let mut blank = true;
    for c in name.chars() {
        if is_blank(c) {
            blank = true;
        } else if is_mark(c) || is_joiner(c) {
            // Without a letter before it there is nothing to draw it on.
            if !blank && marks.keeps(c) {
                clean.push(c);
            }
        } else if !is_control(c) && !is_unseen(c) {
            if blank && !clean.is_empty() {
                clean.push(' ');
            }
            blank = false;
            marks.keeps(c);
            clean.push(c);
        }
    }
    clean.truncate(clean.trim_end_matches(is_joiner).len());
    clean
}

/// True when a visitor's name could be read as one of these staff names. Takes the name as it was sent, because
/// overrides of direction, which `clean_name` removes, change how it reads.
pub fn imitates_staff(name: &str, staff_names: &[String]) -> bool {
    let readings = readings(name);
    staff_names.iter().any(|staff| {
        let same_text = !clean_name(staff).is_empty() && clean_name(staff) == clean_name(name);
        same_text || staff_readings(staff).iter().any(|staff| readings.iter().any(|name| poses_as(name, staff)))
    })
}

/// One way to read a name: its words, each reduced to what the eye tells apart.
type Words = Vec<String>;

fn poses_as(name: &Words, staff: &str) -> bool {
    let joined = name.concat();
    joined == staff
        || joined.strip_prefix(staff).is_some_and(is_roles)
        || joined.strip_suffix(staff).is_some_and(is_roles)
        || (0..name.len()).any(|from| {
            let others = |to: usize| name[..from].iter().chain(&name[to..]);
            words_spelling(&name[from..], staff).is_some_and(|count| others(from + count).any(|word| ROLES.contains(word)))
        })
}

/// How many of the first words together spell the staff name.
fn words_spelling(words: &[String], staff: &str) -> Option<usize> {
    let mut rest = staff;
    for (before, word) in words.iter().enumerate() {
        rest = rest.strip_prefix(word.as_str())?;
        if rest.is_empty() {
            return Some(before + 1);
        }
    }
    None
}

/// True for one or more role words without anything between them.
fn is_roles(text: &str) -> bool {
    let mut ends = vec![false; text.len() + 1];
    ends[0] = true;
    for at in 0..text.len() {
        if ends[at] {
            for role in ROLES.iter().filter(|role| text[at..].starts_with(role.as_str())) {
                ends[at + role.len()] = true;
            }
        }
    }
    !text.is_empty() && ends[text.len()]
}

fn staff_readings(staff: &str) -> HashSet<String> {
    readings(staff).iter().map(|words| words.concat()).filter(|joined| !joined.is_empty()).collect()
}

/// A symbol may be decoration or stand for a letter, so a name has several readings.
fn readings(name: &str) -> HashSet<Words> {
    let name = as_displayed(name);
    let plain: String = name.chars().filter(|c| !is_control(*c) && !is_unseen(*c)).map(plain_letter).collect();
    let undecorated: String = plain.chars().map(|c| if c.is_alphanumeric() || is_mark(c) { c } else { ' ' }).collect();
    let spelled: String = plain.chars().map(letter_of_symbol).collect();
    let mut readings = HashSet::new();
    for text in HashSet::from([plain, undecorated, spelled]) {
        for folded in foldings(&text) {
            readings.insert(folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect());
        }
    }
    readings
}

/// Turns round what stands under a right-to-left override, as a screen does.
fn as_displayed(name: &str) -> String {
    let Some((before, turned)) = name.split_once('\u{202e}') else { return name.to_owned() };
    let (turned, after) = turned.split_once('\u{202c}').unwrap_or((turned, ""));
    before.chars().chain(turned.chars().rev()).chain(after.chars()).collect()
}

/// The text folded with capitals first made small, and with look-alikes first resolved: `В` is a capital `в` to
/// one and looks like `B` to the other.
fn foldings(text: &str) -> [String; 2] {
    [fold(&bare(text)), fold(&bare(&skeleton(text).collect::<String>()))]
}

fn fold(small: &str) -> String {
    let alike: String = skeleton(small).collect();
    let alike: String = skeleton(&bare(&alike)).collect();
    bare(&alike).chars().map(plain_letter).map(letter_class).collect::<String>().replace("vv", "w").replace("rn", "m")
}

/// Small letters of usual width, without marks.
fn bare(text: &str) -> String {
    text.nfkd().filter(|c| !is_mark(*c)).flat_map(char::to_lowercase).nfkd().filter(|c| !is_mark(*c)).collect()
}

/// One letter for all that are taken for each other in a quick look.
fn letter_class(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | 'i' | '|' => 'l',
        '2' => 'z',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '6' | '9' => 'g',
        '7' => 't',
        '8' => 'b',
        _ => c,
    }
}

fn letter_of_symbol(c: char) -> char {
    match c {
        '@' => 'a',
        '$' | '§' => 's',
        '!' | '¡' | '|' => 'l',
        '€' | '£' => 'e',
        '+' | '†' => 't',
        '(' | '¢' | '©' => 'c',
        _ => c,
    }
}

/// Letters drawn small, in boxes or as flags, which no table of look-alikes holds.
fn plain_letter(c: char) -> char {
    const SMALL_CAPITALS: [char; 25] =
        ['ᴀ', 'ʙ', 'ᴄ', 'ᴅ', 'ᴇ', 'ꜰ', 'ɢ', 'ʜ', 'ɪ', 'ᴊ', 'ᴋ', 'ʟ', 'ᴍ', 'ɴ', 'ᴏ', 'ᴘ', 'ꞯ', 'ʀ', 'ꜱ', 'ᴛ', 'ᴜ', 'ᴠ', 'ᴡ', 'ʏ', 'ᴢ'];
    let nth = |n: u32| char::from(b'a' + (n % 26) as u8);
    match u32::from(c) {
        n @ 0x1f150..=0x1f169 => nth(n - 0x1f150),
        n @ 0x1f170..=0x1f189 => nth(n - 0x1f170),
        n @ 0x1f1e6..=0x1f1ff => nth(n - 0x1f1e6),
        _ => match SMALL_CAPITALS.iter().position(|small| *small == c) {
            Some(at) => char::from(b"abcdefghijklmnopqrstuvwyz"[at]),
            None => c,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poses(name: &str, staff: &str) -> bool {
        imitates_staff(name, &[staff.to_owned()])
    }

    #[test]
    fn t09_a_name_keeps_what_is_seen_and_nothing_else() {
        for (sent, shown) in [
            ("  Ada \t Lovelace\n", "Ada Lovelace"),
            ("A\u{202e}d\u{2066}a\u{e0041}\u{0}\u{9f}", "Ada"),
            ("\u{3164}\u{2800}\u{200b}\u{301}\u{200d}", ""),
            ("o\u{300}\u{300}\u{300}\u{300}\u{300}\u{300}k", "o\u{300}\u{300}\u{300}\u{300}k"),
            ("👨\u{200d}👩\u{200d}👧", "👨\u{200d}👩\u{200d}👧"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("a\u{2028}b", "a b"),
            ("Ada\u{200d}", "Ada"),
        ] {
            assert_eq!(clean_name(sent), shown, "{sent:?}");
            assert_eq!(clean_name(shown), shown, "{shown:?}");
        }
    }

    #[test]
    fn t10_a_name_that_reads_as_one_of_staff_is_told() {
        for alike in [
            "ada lovelace",
            "ADALOVELACE",
            "Αda Lovelace",
            "Ada L0ve1ace",
            "A.d.a Lovelace",
            "🅰da Lovelace",
            "ᴀᴅᴀ ʟᴏᴠᴇʟᴀᴄᴇ",
            "@da Lovelace",
            "ecalevoL adA\u{202c}".replace("ecalevoL", "\u{202e}ecalevoL").as_str(),
            "Ada Lovelace ✓",
            "Ada Lovelace (author)",
            "Autorin Ada Lovelace",
            "AdaLovelaceOfficial",
            "Ada Lovelace 管理员",
            "官方Ada Lovelace",
            "The Real Ada Lovelace, Moderator",
        ] {
            assert!(poses(alike, "Ada Lovelace"), "{alike}");
        }
        assert!(poses("вера", "Вера"));
        assert!(poses("★", "★"));
    }

    #[test]
    fn t10_other_people_keep_their_names() {
        for other in ["Ada", "Lovelace", "Adam", "Adan", "Ada Byron", "Grace", "", "★", "Moderator", "Admin", "Ada Lovelace fan", "张伟"]
        {
            assert!(!poses(other, "Ada Lovelace"), "{other}");
        }
        for other in ["Adamant", "Adam", "Nevada", "Canada Team"] {
            assert!(!poses(other, "Ada"), "{other}");
        }
        assert!(!poses("Grace", "★"));
        assert!(!poses("Grace", ""));
    }
}
