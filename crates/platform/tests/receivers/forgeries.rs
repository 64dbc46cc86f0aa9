//! What is not genuine is refused.

use crate::post::{self, Post};
use crate::program::{PROGRAMS, Running};
use crate::sender::{OLD, events};

/// Well within the tolerance and well beyond it, for a machine that is slow to
/// send the request.
const RECENT_S: i64 = 120;
const LONG_S: i64 = 420;

#[tokio::test]
async fn what_somebody_else_has_made_or_kept_is_refused_and_not_stored() {
    let changed = |change: fn(&mut Post)| {
        let mut post = Post::genuine(0);
        change(&mut post);
        post
    };
    let forgeries = [
        changed(|post| post.body = post.body.replace("주문", "주문!")),
        changed(|post| post.body.push(' ')),
        changed(|post| post.body.clear()),
        changed(|post| post.id = post.id.replace("0190", "0191")),
        changed(|post| post.id.clear()),
        // The same time, written otherwise.
        changed(|post| post.timestamp.insert(0, '0')),
        changed(|post| post.timestamp = Post::genuine(60).timestamp),
        changed(|post| post.timestamp = "now".to_owned()),
        changed(|post| post.timestamp = "NaN".to_owned()),
        changed(|post| post.timestamp = "-1".to_owned()),
        changed(|post| post.timestamp.clear()),
        changed(|post| post.signature = post.signature.replace("v1,", "v2,")),
        changed(|post| post.signature = post.signature.replace("v1,", "")),
        changed(|post| post.signature.truncate("v1,".len())),
        changed(|post| post.signature.truncate(post.signature.len() - 4)),
        changed(|post| post.signature.clear()),
        // Signed with the right secret, and kept.
        Post::genuine(LONG_S),
        Post::genuine(-LONG_S),
    ];
    for program in PROGRAMS {
        let running = Running::start(program, &[OLD]);
        for forgery in &forgeries {
            let status = forgery.send(&running.url).await;
            assert_eq!(status, 401, "{program:?} {forgery:?}");
        }
        assert_eq!(running.stored(), events([]), "{program:?}");
        // What the forgeries were made of is taken.
        for genuine in [
            Post::genuine(0),
            Post::genuine(RECENT_S),
            Post::genuine(-RECENT_S),
            changed(|post| post.signature.insert_str(0, "v2,AAAA v1,AAAA ")),
        ] {
            let status = genuine.send(&running.url).await;
            assert_eq!(status, 204, "{program:?} {genuine:?}");
        }
        assert_eq!(running.stored(), events([1]), "{program:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_far_too_large_is_cut_off() {
    for program in PROGRAMS {
        let running = Running::start(program, &[OLD]);
        assert!(post::is_cut_off(&running.url).await, "{program:?}");
        let status = Post::genuine(0).send(&running.url).await;
        assert_eq!(status, 204, "{program:?}");
        assert_eq!(running.stored(), events([1]), "{program:?}");
    }
}
