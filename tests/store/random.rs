//! Random lives of a thread against a model so simple that it can be believed.

use proptest::prelude::*;
use rejoinder::{
    model::{CommentId, Decision, HoldReason, Sort, Status, Turn},
    store::{Conflict, Error, NewText, ThreadQuery},
};

use crate::bench::{Bench, first, for_each_engine, html};

#[derive(Clone, Debug)]
enum Act {
    /// `below` counts back from the latest comment; beyond the first one it is a root.
    Submit {
        below: usize,
        held: bool,
        staff: bool,
    },
    Set {
        which: usize,
        to: Status,
    },
    Edit {
        which: usize,
        held: bool,
    },
    Pin {
        which: usize,
        pinned: bool,
    },
    /// "No answer needed", or that taken back.
    Turn {
        which: usize,
        needless: bool,
    },
    Helped {
        which: usize,
        helped: bool,
    },
    Used {
        which: usize,
        used: bool,
    },
}

fn act() -> impl Strategy<Value = Act> {
    let status = proptest::sample::select(Status::ALL.to_vec());
    prop_oneof![
        // Often the latest, so that chains get deeper than what is stored.
        4 => (prop_oneof![Just(0usize), 0usize..30], prop::bool::weighted(0.2), prop::bool::weighted(0.3))
            .prop_map(|(below, held, staff)| Act::Submit { below, held, staff }),
        3 => (0usize..60, status).prop_map(|(which, to)| Act::Set { which, to }),
        1 => (0usize..60, any::<bool>()).prop_map(|(which, held)| Act::Edit { which, held }),
        1 => (0usize..60, any::<bool>()).prop_map(|(which, pinned)| Act::Pin { which, pinned }),
        1 => (0usize..60, prop::bool::weighted(0.7)).prop_map(|(which, needless)| Act::Turn { which, needless }),
        1 => (0usize..60, prop::bool::weighted(0.7)).prop_map(|(which, helped)| Act::Helped { which, helped }),
        1 => (0usize..60, prop::bool::weighted(0.7)).prop_map(|(which, used)| Act::Used { which, used }),
    ]
}

struct Node {
    id: CommentId,
    parent: Option<usize>,
    status: Status,
    pinned: bool,
    staff: bool,
    needless: bool,
    helped: bool,
    used: bool,
    text: String,
}

impl Node {
    fn new(id: CommentId, parent: Option<usize>, status: Status, staff: bool, text: &str) -> Self {
        Self { id, parent, status, staff, text: text.into(), pinned: false, needless: false, helped: false, used: false }
    }
}

/// What a reader sees of a comment: its text, and whether it is pinned, helped and was used in the post.
type Seen = (CommentId, String, [bool; 3]);

#[derive(Default)]
struct Model {
    nodes: Vec<Node>,
}

impl Model {
    fn is_shown(&self, n: usize) -> bool {
        let published = self.nodes[n].status == Status::Published;
        published || (n + 1..self.nodes.len()).any(|child| self.nodes[child].parent == Some(n) && self.is_shown(child))
    }

    fn path(&self, n: usize) -> Vec<CommentId> {
        let Some(parent) = self.nodes[n].parent else { return vec![] };
        let mut path = self.path(parent);
        path.truncate(11);
        path.push(self.nodes[n].id);
        path
    }

    fn root(&self, n: usize) -> usize {
        self.nodes[n].parent.map_or(n, |parent| self.root(parent))
    }

    fn is_published(&self, n: usize) -> bool {
        self.nodes[n].status == Status::Published
    }

    /// Somebody helped somebody while both can be read.
    fn may_help(&self, n: usize) -> bool {
        self.is_published(n) && self.nodes[n].parent.is_some_and(|parent| self.is_published(parent))
    }

    /// Whose turn it is to say something about a comment.
    fn turn(&self, n: usize) -> Turn {
        let (node, staff) = (&self.nodes[n], |n: usize| self.nodes[n].staff);
        let answered =
            (n + 1..self.nodes.len()).any(|child| self.nodes[child].parent == Some(n) && staff(child) && self.is_published(child));
        match () {
            () if node.needless => Turn::NoAnswerNeeded,
            () if self.is_published(n) && !node.staff && !answered && node.parent.is_none_or(staff) => Turn::Author,
            () => Turn::Nobody,
        }
    }

    /// What a reader sees, oldest first, pinned before the others.
    fn view(&self) -> Vec<Seen> {
        let mut shown: Vec<usize> = (0..self.nodes.len()).filter(|n| self.is_shown(*n)).collect();
        let is_pinned = |n: usize| self.nodes[n].pinned && self.nodes[n].status == Status::Published;
        shown.sort_by_key(|n| (!is_pinned(self.root(*n)), self.root(*n), self.path(*n)));
        let see = |n: usize| match self.nodes[n].status {
            Status::Published => {
                let marks = [is_pinned(n), self.nodes[n].helped && self.may_help(n), self.nodes[n].used];
                (self.nodes[n].id, html(&self.nodes[n].text), marks)
            }
            _ => (self.nodes[n].id, String::new(), [false; 3]),
        };
        shown.into_iter().map(see).collect()
    }
}

fn do_it(bench: &Bench, model: &mut Model, act: &Act, text: &str) {
    let count = model.nodes.len();
    match *act {
        Act::Submit { below, held, staff } => {
            let parent = count.checked_sub(below + 1);
            let mut draft = bench.draft(text);
            draft.comment.parent = parent.map(|n| model.nodes[n].id);
            let draft = if staff { draft.by(bench.staff()) } else { draft };
            let sent = if held { draft.held().send() } else { draft.send() };
            if parent.is_some_and(|n| !model.is_shown(n)) {
                assert!(matches!(sent, Err(Error::Conflict(Conflict::ParentGone))));
            } else {
                let comment = sent.unwrap().comment;
                model.nodes.push(Node::new(comment.id, parent, comment.status, staff, text));
            }
        }
        Act::Set { which, to } if count > 0 => {
            let node = &mut model.nodes[which % count];
            bench.set(node.id, to);
            node.status = to;
        }
        Act::Edit { which, held } if count > 0 => {
            let node = &mut model.nodes[which % count];
            let decision = if held { Decision::Hold(vec![HoldReason::Links]) } else { Decision::Publish };
            let new = NewText { source: text, html: &html(text), markup_version: 1, decision: &decision };
            let edited = bench.store.update_comment_text(bench.site.id, node.id, &new, bench.now());
            assert_eq!(edited.is_ok(), matches!(node.status, Status::Published | Status::Pending));
            if edited.is_ok() {
                (node.status, node.text) = (decision.status(), text.to_owned());
            }
        }
        Act::Pin { which, pinned } if count > 0 => {
            let node = &mut model.nodes[which % count];
            let done = bench.store.update_comment_pinned(bench.site.id, node.id, pinned, bench.now());
            assert_eq!(done.is_ok(), node.status == Status::Published && node.parent.is_none());
            if done.is_ok() {
                node.pinned = pinned;
            }
        }
        Act::Turn { which, needless } if count > 0 => {
            let which = which % count;
            let to = if needless { Turn::NoAnswerNeeded } else { Turn::Nobody };
            bench.store.update_turn(bench.site.id, model.nodes[which].id, to).unwrap();
            model.nodes[which].needless = needless && model.turn(which) != Turn::Nobody;
        }
        Act::Helped { which, helped } if count > 0 => {
            let which = which % count;
            let done = bench.store.update_helped(bench.site.id, model.nodes[which].id, helped.then_some(bench.now()), bench.now());
            assert_eq!(done.is_ok(), model.may_help(which));
            if done.is_ok() {
                model.nodes[which].helped = helped;
            }
        }
        Act::Used { which, used } if count > 0 => {
            let node = &mut model.nodes[which % count];
            let done = bench.store.update_used(bench.site.id, node.id, used.then_some(bench.now()), bench.now());
            assert_eq!(done.is_ok(), node.status == Status::Published);
            if done.is_ok() {
                node.used = used;
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn counts_places_and_versions_follow_any_run_of_operations(acts in prop::collection::vec(act(), 1..60)) {
        for_each_engine(|bench| {
            bench.publish("the first one makes the page");
            let mut model = Model::default();
            let root = bench.read_all(&first(Sort::Oldest))[0].id;
            model.nodes.push(Node::new(root, None, Status::Published, false, "the first one makes the page"));
            let (mut version, mut view) = (bench.page().version, model.view());
            for (n, act) in acts.iter().enumerate() {
                do_it(bench, &mut model, act, &n.to_string());
                let (new_version, new_view) = (bench.page().version, model.view());
                assert_eq!(new_version > version, new_view != view, "the version follows what readers see: {act:?}");
                (version, view) = (new_version, new_view);
            }
            let query = ThreadQuery { roots_max: 3, replies_max: 2, ..first(Sort::Oldest) };
            let read: Vec<_> = bench.read_all(&query).into_iter().map(|each| (each.id, each.html, [each.pinned, each.helped_at.is_some(), each.used_at.is_some()])).collect();
            assert_eq!(read, view);
            let turns = |of: &dyn Fn(usize) -> Turn| (0..model.nodes.len()).map(of).collect::<Vec<_>>();
            assert_eq!(turns(&|n| bench.find(model.nodes[n].id).turn), turns(&|n| model.turn(n)));
            let waiting = turns(&|n| model.turn(n)).into_iter().filter(|turn| *turn == Turn::Author).count();
            assert_eq!(bench.store.count_turns(bench.site.id).unwrap(), waiting as u64);
            let published = model.nodes.iter().filter(|node| node.status == Status::Published).count() as u64;
            let roots = (0..model.nodes.len()).filter(|n| model.nodes[*n].parent.is_none() && model.is_shown(*n)).count() as u64;
            assert_eq!((bench.page().published_count, bench.page().root_count), (published, roots));
            bench.assert_sound();
        });
    }
}
