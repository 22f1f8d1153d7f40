//! Routine requests from the first message to the last, as customers write them: the real server and the real chat, the
//! sample business, and the sample shop as the company's systems. What is said and expected stands in
//! `routine/requests.yml`; here is only what runs beside what.

mod expect;
mod play;
mod table;
mod terminal;
mod visitor;

use play::play_all;
use table::{Scene, cases, requests};
use terminal::Terminal;
use visitor::Visitor;

/// Every so many, beginning with one of the first: parts of a table that take about equally long.
fn part(scenes: Vec<Scene>, first: usize, of: usize) -> Vec<Scene> {
    scenes.into_iter().skip(first).step_by(of).collect()
}

#[tokio::test]
async fn the_ten_requests_in_three_wordings_each_over_http() {
    play_all::<Visitor>(&requests()).await;
}

#[tokio::test]
async fn the_ten_requests_in_their_first_wording_in_the_terminal() {
    play_all::<Terminal>(&part(requests(), 0, 3)).await;
}

#[tokio::test]
async fn the_ten_requests_in_their_second_wording_in_the_terminal() {
    play_all::<Terminal>(&part(requests(), 1, 3)).await;
}

#[tokio::test]
async fn the_ten_requests_in_their_third_wording_in_the_terminal() {
    play_all::<Terminal>(&part(requests(), 2, 3)).await;
}

#[tokio::test]
async fn what_must_go_right_beside_them_over_http_one_half() {
    play_all::<Visitor>(&part(cases(), 0, 2)).await;
}

#[tokio::test]
async fn what_must_go_right_beside_them_over_http_the_other_half() {
    play_all::<Visitor>(&part(cases(), 1, 2)).await;
}
