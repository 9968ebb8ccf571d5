//! The long thread of the demo: three hundred comments, put together from sentences that people wrote. The same
//! every time, so that a half-finished thread can be told from a finished one and be continued.

/// A comment that is going to be there.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The place in the plan of the comment it answers.
    pub parent: Option<usize>,
    pub by: By,
    pub text: String,
    /// How long before the demo was made it was written.
    pub minutes_ago: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The author of the blog.
    Author,
    /// A reader, with or without a name.
    Reader(Option<&'static str>),
}

pub const COMMENTS: usize = 300;

/// Comments that are written at once. None answers another one of the same group.
pub const GROUP: usize = 30;

const ROOTS: &str = include_str!("thread/roots.txt");
const REACTIONS: &str = include_str!("thread/reactions.txt");
const FOLLOW_UPS: &str = include_str!("thread/followups.txt");
const AUTHOR_REACTIONS: &str = include_str!("thread/author_reactions.txt");
const AUTHOR_FOLLOW_UPS: &str = include_str!("thread/author_followups.txt");

const NAMES: [&str; 20] = [
    "Ada", "Grace", "Bob", "Alice", "Carol", "Dave", "Erin", "Frank", "Heidi", "Ivan", "Judy", "Kim", "Lee", "Olivia", "Peggy", "Rupert",
    "Sybil", "Victor", "Walter", "Wendy",
];

const FIRST_MINUTES_AGO: i64 = 40 * 24 * 60;

/// How deep replies go; only a few threads get there.
const DEPTH_MAX: usize = 7;

/// The whole thread, in the order of writing.
pub fn plan() -> Vec<Planned> {
    let mut dice = Dice(0x2545_F491_4F6C_DD17);
    let mut roots = ROOTS.lines();
    let (mut replies, mut answers) = (pairs(REACTIONS, FOLLOW_UPS), pairs(AUTHOR_REACTIONS, AUTHOR_FOLLOW_UPS));
    let mut planned: Vec<Planned> = Vec::with_capacity(COMMENTS);
    let mut depths: Vec<usize> = Vec::with_capacity(COMMENTS);
    while planned.len() < COMMENTS {
        let at = planned.len();
        let parent = if at < GROUP || at.is_multiple_of(6) { None } else { Some(find_parent(&mut dice, &depths)) };
        let (by, text) = match parent {
            None => (reader(&mut dice), roots.next().map(str::to_owned)),
            Some(parent) => {
                let by_author = at % 7 == 3 && planned[parent].by != By::Author;
                let by = if by_author { By::Author } else { other_reader(&mut dice, planned[parent].by) };
                let around = || planned.iter().enumerate().filter(|(at, other)| *at == parent || other.parent == Some(parent));
                let is_new = |text: &String| planned.iter().all(|other| other.text != *text);
                let fits = |text: &String| is_new(text) && around().all(|(_, other)| !share_a_sentence(&other.text, text));
                (by, if by_author { answers.find(fits) } else { replies.find(fits) })
            }
        };
        depths.push(parent.map_or(0, |parent| depths[parent] + 1));
        planned.push(Planned { parent, by, text: text.unwrap_or_default(), minutes_ago: minutes_ago(at) });
    }
    planned
}

/// Something of an earlier group to answer: often one of the first comments, which everybody reads, else one of
/// the latest.
fn find_parent(dice: &mut Dice, depths: &[usize]) -> usize {
    let known = depths.len() / GROUP * GROUP;
    let newest = known.saturating_sub(2 * GROUP);
    let found = (0..8).find_map(|_| {
        let from = if dice.roll(3) == 0 { 0..6 } else { newest..known };
        let found = from.start + dice.roll(from.len());
        (depths[found] < DEPTH_MAX).then_some(found)
    });
    // The first comment is a root, and so never too deep.
    found.unwrap_or(0)
}

fn reader(dice: &mut Dice) -> By {
    // One in nine gives no name.
    By::Reader((dice.roll(9) > 0).then(|| NAMES[dice.roll(NAMES.len())]))
}

/// People rarely answer themselves.
fn other_reader(dice: &mut Dice, but: By) -> By {
    loop {
        let found = reader(dice);
        if found != but {
            return found;
        }
    }
}

/// True when two texts begin or end alike.
fn share_a_sentence(one: &str, other: &str) -> bool {
    let (ones, others): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let alike = |a: &[char], b: &[char]| a.iter().zip(b).take(12).all(|(a, b)| a == b);
    let backwards = |letters: &[char]| letters.iter().rev().copied().collect::<Vec<_>>();
    alike(&ones, &others) || alike(&backwards(&ones), &backwards(&others))
}

/// Many on the first day, then fewer and fewer.
fn minutes_ago(at: usize) -> i64 {
    let left = (COMMENTS - at) as i64;
    let whole = (COMMENTS * COMMENTS * COMMENTS) as i64;
    2 * 24 * 60 + FIRST_MINUTES_AGO * left * left * left / whole
}

/// First sentences with second ones, in a mixed order.
fn pairs(first: &'static str, second: &'static str) -> impl Iterator<Item = String> {
    let (first, second): (Vec<&str>, Vec<&str>) = (first.lines().collect(), second.lines().collect());
    (0..first.len() * second.len()).map(move |at| {
        let round = at / first.len();
        // Every third one is of two paragraphs.
        let between = if at % 3 == 0 { "\n\n" } else { " " };
        format!("{}{between}{}", first[(at + 13 * round) % first.len()], second[(at * 7 + round) % second.len()])
    })
}

/// Numbers without a pattern that are the same every time (xorshift).
struct Dice(u64);

impl Dice {
    /// From 0 to `sides` - 1.
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % sides
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_long_thread_is_of_300_different_comments_in_the_order_of_writing() {
        let plan = plan();
        assert_eq!(plan.len(), COMMENTS);
        let mut texts: Vec<&str> = plan.iter().map(|comment| comment.text.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), COMMENTS, "each text is there once: the seeding tells comments apart by it");
        assert!(texts.iter().all(|text| text.len() > 10));
        assert!(plan.is_sorted_by(|a, b| a.minutes_ago >= b.minutes_ago));
    }

    #[test]
    fn nothing_answers_a_comment_of_its_own_group_or_a_later_one() {
        for (at, comment) in plan().iter().enumerate() {
            assert!(comment.parent.is_none_or(|parent| parent / GROUP < at / GROUP), "{at}");
        }
    }

    #[test]
    fn nobody_answers_themselves_and_no_answer_repeats_what_it_answers() {
        let plan = plan();
        for comment in &plan {
            let Some(parent) = comment.parent.map(|parent| &plan[parent]) else { continue };
            assert_ne!(comment.by, parent.by, "{}", comment.text);
            assert!(!share_a_sentence(&comment.text, &parent.text), "{}", comment.text);
        }
    }

    #[test]
    fn the_long_thread_shows_depth_paging_and_the_author() {
        let plan = plan();
        let depth = |mut at: usize| {
            let mut depth = 0;
            while let Some(parent) = plan[at].parent {
                (at, depth) = (parent, depth + 1);
            }
            depth
        };
        let deepest = (0..plan.len()).map(depth).max();
        let roots = plan.iter().filter(|comment| comment.parent.is_none()).count();
        let answers = plan.iter().filter(|comment| comment.by == By::Author).count();
        assert!(deepest >= Some(5), "{deepest:?}");
        assert_eq!(roots, ROOTS.lines().count(), "each story is told once, and they fill more than one page");
        assert!(roots > 50);
        assert!((15..=42).contains(&answers), "{answers} answers by the author");
    }
}
