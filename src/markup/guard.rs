//! Texts that would keep the Markdown parser busy far beyond their size, told in one pass before it sees them.

/// For each line the parser walks through all open quotes and lists. A text of two hundred lines may be a thousand deep.
const CONTAINER_STEPS_MAX: usize = 200_000;

/// Quotes and lists that one line may open.
const LINE_DEPTH_MAX: usize = 1_000;

/// At each line end within the title of a link, closed or not, the parser walks through the pieces since its beginning.
const TITLE_STEPS_MAX: usize = 1_000_000;

/// False for a text whose parsing could take quadratic time.
pub fn is_bounded(text: &str) -> bool {
    container_steps(text) <= CONTAINER_STEPS_MAX && title_steps(text) <= TITLE_STEPS_MAX
}

/// Lines times the deepest nesting that any of them opens, or goes on with by indentation.
fn container_steps(text: &str) -> usize {
    let mut lines: usize = 0;
    let mut deepest = 0;
    for line in text.split(['\n', '\r']) {
        lines += 1;
        deepest = deepest.max(opened_depth(line));
    }
    if deepest > LINE_DEPTH_MAX { usize::MAX } else { lines.saturating_mul(deepest) }
}

/// How many quotes and lists the beginning of a line may open.
fn opened_depth(line: &str) -> usize {
    let bytes = line.as_bytes();
    let blank_follows = |at: usize| bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace);
    let (mut markers, mut blanks) = (0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b' ' => blanks += 1,
            b'\t' => blanks += 4,
            b'>' => markers += 1,
            b'-' | b'+' | b'*' if blank_follows(at) => markers += 1,
            b'.' | b')' if at > 0 && bytes[at - 1].is_ascii_digit() && blank_follows(at) => markers += 1,
            b'0'..=b'9' => {}
            _ => break,
        }
    }
    markers + blanks / 2
}

/// For each place where a link's title may begin, its line ends times the pieces up to where it may end.
fn title_steps(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut steps: usize = 0;
    for closes in [b'"', b'\'', b')'] {
        let opens = if closes == b')' { b'(' } else { closes };
        let (mut line_ends, mut pieces) = (0usize, 0usize);
        // From the end, so that what lies between a quote and the next one is known when it is met.
        for at in (1..bytes.len()).rev() {
            match bytes[at] {
                b'\n' | b'\r' => (line_ends, pieces) = (line_ends + 1, pieces + 1),
                b'*' | b'_' | b'~' | b'`' | b'[' | b']' | b'<' | b'&' | b'\\' | b'!' => pieces += 1,
                _ => {}
            }
            if bytes[at] == opens && (bytes[at - 1].is_ascii_whitespace() || bytes[at - 1] == b'(') {
                steps = steps.saturating_add(line_ends.saturating_mul(pieces));
            }
            if bytes[at] == opens || bytes[at] == closes {
                (line_ends, pieces) = (0, 0);
            }
        }
    }
    if text.contains("](") { steps } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t07_deep_or_endless_constructs_over_many_lines_are_told() {
        for slow in [
            ">".repeat(10_000),
            format!("{}\n{}", ">".repeat(900), "a\n".repeat(2_500)),
            format!("{}x{}", "- ".repeat(900), "\n".repeat(5_000)),
            format!("{}x{}", "1. ".repeat(900), "\n".repeat(2_500)),
            format!("[a](b \"{}", "\\\n".repeat(5_000)),
            format!("[a](b '{}", "*\n".repeat(5_000)),
            format!("[a](b ({}", "a\n".repeat(5_000)),
        ] {
            assert!(!is_bounded(&slow), "{}", &slow[..20]);
        }
    }

    #[test]
    fn what_people_write_is_not_told() {
        let lines = "> > - a line that is neither short nor long, with \"quotes\" and (brackets)\n".repeat(130);
        let code = format!("```\n{}```\n[a](b \"no end\n\n{}", "        if (x[0](1)) {\n".repeat(200), "a 'b' line\n".repeat(300));
        for text in
            [lines, code, "it's\n".repeat(2_000), format!("{}\n\n[a](b)", "said ( and ' and \" so\n".repeat(400)), "-".repeat(9_000)]
        {
            assert!(is_bounded(&text), "{}", &text[..20]);
        }
    }
}
