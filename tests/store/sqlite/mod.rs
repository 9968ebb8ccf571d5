//! What only the SQLite engine has: a file that is killed, damaged, copied and upgraded.

mod backups;
mod children;
mod commits;
mod damage;
mod files;
mod kills;
mod migrations;
mod processes;
mod sizes;
mod sources;
mod stress;
