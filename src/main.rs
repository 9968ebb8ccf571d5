//! Arguments go to the commands; nothing else happens here.

fn main() -> std::process::ExitCode {
    rejoinder::cli::run()
}
