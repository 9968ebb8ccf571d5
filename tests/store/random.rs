//! Random lives of a thread against a model so simple that it can be believed.

use proptest::prelude::*;
use rejoinder::{
    model::{CommentId, Decision, HoldReason, Sort, Status},
    store::{Conflict, Error, NewText, ThreadQuery},
};

use crate::bench::{Bench, first, for_each_engine, html};

#[derive(Clone, Debug)]
enum Act {
    /// `below` counts back from the latest comment; beyond the first one it is a root.
    Submit {
        below: usize,
        held: bool,
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
}

fn act() -> impl Strategy<Value = Act> {
    let status = proptest::sample::select(Status::ALL.to_vec());
    prop_oneof![
        // Often the latest, so that chains get deeper than what is stored.
        4 => (prop_oneof![Just(0usize), 0usize..30], prop::bool::weighted(0.2)).prop_map(|(below, held)| Act::Submit { below, held }),
        3 => (0usize..60, status).prop_map(|(which, to)| Act::Set { which, to }),
        1 => (0usize..60, any::<bool>()).prop_map(|(which, held)| Act::Edit { which, held }),
        1 => (0usize..60, any::<bool>()).prop_map(|(which, pinned)| Act::Pin { which, pinned }),
    ]
}

struct Node {
    id: CommentId,
    parent: Option<usize>,
    status: Status,
    pinned: bool,
    text: String,
}

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

    /// What a reader sees, oldest first, pinned before the others.
    fn view(&self) -> Vec<(CommentId, String, bool)> {
        let mut shown: Vec<usize> = (0..self.nodes.len()).filter(|n| self.is_shown(*n)).collect();
        let is_pinned = |n: usize| self.nodes[n].pinned && self.nodes[n].status == Status::Published;
        shown.sort_by_key(|n| (!is_pinned(self.root(*n)), self.root(*n), self.path(*n)));
        let see = |n: usize| match self.nodes[n].status {
            Status::Published => (self.nodes[n].id, html(&self.nodes[n].text), is_pinned(n)),
            _ => (self.nodes[n].id, String::new(), false),
        };
        shown.into_iter().map(see).collect()
    }
}

fn do_it(bench: &Bench, model: &mut Model, act: &Act, text: &str) {
    let count = model.nodes.len();
    match *act {
        Act::Submit { below, held } => {
            let parent = count.checked_sub(below + 1);
            let mut draft = bench.draft(text);
            draft.comment.parent = parent.map(|n| model.nodes[n].id);
            let sent = if held { draft.held().send() } else { draft.send() };
            if parent.is_some_and(|n| !model.is_shown(n)) {
                assert!(matches!(sent, Err(Error::Conflict(Conflict::ParentGone))));
            } else {
                let comment = sent.unwrap().comment;
                model.nodes.push(Node { id: comment.id, parent, status: comment.status, pinned: false, text: text.to_owned() });
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
            model.nodes.push(Node {
                id: bench.read_all(&first(Sort::Oldest))[0].id,
                parent: None,
                status: Status::Published,
                pinned: false,
                text: "the first one makes the page".into(),
            });
            let (mut version, mut view) = (bench.page().version, model.view());
            for (n, act) in acts.iter().enumerate() {
                do_it(bench, &mut model, act, &n.to_string());
                let (new_version, new_view) = (bench.page().version, model.view());
                assert_eq!(new_version > version, new_view != view, "the version follows what readers see: {act:?}");
                (version, view) = (new_version, new_view);
            }
            let query = ThreadQuery { roots_max: 3, replies_max: 2, ..first(Sort::Oldest) };
            let read: Vec<_> = bench.read_all(&query).into_iter().map(|each| (each.id, each.html, each.pinned)).collect();
            assert_eq!(read, view);
            let published = model.nodes.iter().filter(|node| node.status == Status::Published).count() as u64;
            let roots = (0..model.nodes.len()).filter(|n| model.nodes[*n].parent.is_none() && model.is_shown(*n)).count() as u64;
            assert_eq!((bench.page().published_count, bench.page().root_count), (published, roots));
            bench.assert_sound();
        });
    }
}
