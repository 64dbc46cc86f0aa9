use std::cell::RefCell;
use std::future::pending;

use tokio::io::AsyncReadExt;

use super::super::deadline::Phase;
use super::*;

/// Longer than any of these tests may take; a hang fails instead of hanging.
const PATIENCE: Duration = Duration::from_secs(20);

async fn door(connections: usize) -> (Door, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = Limits {
        connections,
        per_address: None,
    };
    let door = Door::new(listener, limits, Register::default(), Figures::new());
    (door, address)
}

/// Opens the door until `done` is.
async fn open<T>(door: &mut Door, serve: impl Fn(Guest), done: impl Future<Output = T>) -> T {
    let outcome = timeout(PATIENCE, async {
        tokio::select! {
            never = door.open(serve) => match never {},
            outcome = done => outcome,
        }
    });
    outcome.await.expect("it ends in time")
}

async fn is_closed(mut stream: TcpStream) {
    // A reset is a close as well.
    let read = stream.read(&mut [0]).await.unwrap_or(0);
    assert_eq!(read, 0);
}

#[tokio::test]
async fn an_address_with_as_many_connections_as_it_may_have_gets_no_further_one() {
    let (mut door, address) = door(10).await;
    // As if it were an address of somebody else.
    door.addresses = Some(Addresses::new(2, |_| false));
    let guests = RefCell::new(Vec::new());
    let connect = || TcpStream::connect(address);
    let clients = async {
        let first = [connect().await.unwrap(), connect().await.unwrap()];
        is_closed(connect().await.unwrap()).await;
        // One leaves, and there is room for one again.
        drop(guests.borrow_mut().pop());
        let again = connect().await.unwrap();
        is_closed(connect().await.unwrap()).await;
        (first, again)
    };
    open(&mut door, |it| guests.borrow_mut().push(it), clients).await;
    assert_eq!(guests.borrow().len(), 2);
}

#[tokio::test]
async fn a_loopback_address_may_have_all_connections() {
    let (mut door, address) = door(4).await;
    door.addresses = Some(Addresses::new(1, |address| address.is_loopback()));
    let guests = RefCell::new(Vec::new());
    let clients = async {
        for _ in 0..4 {
            // Kept open by the test's own end.
            std::mem::forget(TcpStream::connect(address).await.unwrap());
        }
        while guests.borrow().len() < 4 {
            tokio::task::yield_now().await;
        }
    };
    open(&mut door, |it| guests.borrow_mut().push(it), clients).await;
}

#[tokio::test]
async fn when_all_slots_are_taken_the_longest_waiting_connection_is_told_to_go() {
    let (mut door, address) = door(2).await;
    let register = door.register.clone();
    let long_ago = Instant::now() - Duration::from_secs(3);
    let ages = [2, 1, 3].map(|seconds| long_ago + Duration::from_secs(seconds));
    let guests = RefCell::new(Vec::new());
    let serve = |guest: Guest| {
        let number = guests.borrow().len();
        let entry = register.enter(Phase::new(ages[number]));
        guests.borrow_mut().push((guest, Some(entry)));
    };
    let clients = async {
        for _ in 0..3 {
            std::mem::forget(TcpStream::connect(address).await.unwrap());
        }
        loop {
            let told = guests.borrow_mut().get_mut(1).and_then(|it| it.1.take());
            if let Some(mut entry) = told {
                entry.told().await;
                break;
            }
            tokio::task::yield_now().await;
        }
        // It goes, and the third comes in.
        let second = guests.borrow_mut().remove(1);
        let count = guests.borrow().len();
        drop(second);
        while guests.borrow().len() == count {
            tokio::task::yield_now().await;
        }
    };
    open(&mut door, serve, clients).await;
}

#[tokio::test]
async fn who_waits_for_a_slot_when_the_door_closes_is_let_in_if_there_is_one() {
    let (mut door, address) = door(1).await;
    let guests = RefCell::new(Vec::new());
    let serve = |guest| guests.borrow_mut().push(guest);
    let clients = [address; 3].map(std::net::TcpStream::connect);
    assert!(clients.iter().all(Result::is_ok));
    let held = async {
        // The second is accepted and held, and the third in the kernel's queue.
        let _ = timeout(Duration::from_millis(200), pending::<()>()).await;
    };
    open(&mut door, serve, held).await;
    assert!(door.held.is_some());
    assert_eq!(guests.borrow().len(), 1);
    guests.borrow_mut().clear();
    let closed = door.close(serve).unwrap();
    assert_eq!(guests.borrow().len(), 1);
    let emptied = timeout(Duration::from_millis(50), closed.emptied()).await;
    assert!(emptied.is_err(), "somebody is in");
    guests.borrow_mut().clear();
    timeout(PATIENCE, closed.emptied()).await.unwrap();
}
