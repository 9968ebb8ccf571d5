//! Two programs with the same file: the server and a command.

use std::thread;

use crate::bench::Bench;

#[test]
fn two_stores_on_one_file_both_write_and_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let (server, command) = (Bench::open(&path), Bench::open(&path));
    thread::scope(|scope| {
        for bench in [&server, &command] {
            for _ in 0..2 {
                scope.spawn(|| bench.publish_many(100, "Hi"));
            }
        }
    });
    for bench in [&server, &command] {
        assert_eq!((bench.page().published_count, bench.page().version), (400, 401));
        bench.assert_sound();
    }
    let renamed = command.store.update_site(command.site.id, "Renamed", &command.site.origins, &command.site.rules).unwrap();
    assert_eq!(server.store.find_site(&server.site.key).unwrap().unwrap().version, renamed.version);
}
