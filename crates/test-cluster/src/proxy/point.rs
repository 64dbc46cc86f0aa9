//! Where a connection is cut.

/// A point in the talk between a client and a PostgreSQL server.
///
/// A point names a statement by a part of its text or of its parameters, as the
/// client sends them: upper and lower case differ. What counts is that the
/// statement is *run*: a simple query, or the execution of a prepared one,
/// whenever and under whatever name that was prepared. To prepare it alone does
/// not count. An empty text is part of every statement.
///
/// The proxy cannot look into TLS: there, no point is ever reached.
#[derive(Clone, Debug)]
pub struct Point {
    text: String,
    place: Place,
    nth: usize,
    is_repeating: bool,
}

/// On which side of a statement a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Before,
    After,
    AfterAnswer,
}

impl Point {
    /// Cut before the statement is sent: the server never sees it, while it has
    /// got everything that came earlier.
    pub fn before(text: &str) -> Self {
        Self::at(text, Place::Before)
    }

    /// Cut at once after the statement was sent, together with the end of its
    /// batch (`Sync`), without which the server would not commit. The answer
    /// never reaches the client. The server runs the statement, but perhaps
    /// only after the client has noticed the cut.
    pub fn after(text: &str) -> Self {
        Self::at(text, Place::After)
    }

    /// Cut when the server has answered the statement and its batch
    /// (`ReadyForQuery`): what it did is done by then, and the client is not
    /// told.
    pub fn after_answer(text: &str) -> Self {
        Self::at(text, Place::AfterAnswer)
    }

    /// At the `nth` run of such a statement from now on, counted from 1 over
    /// all connections of the proxy, instead of at the first.
    ///
    /// # Panics
    ///
    /// If `nth` is 0.
    pub fn nth(mut self, nth: usize) -> Self {
        assert!(nth > 0, "the runs of a statement are counted from 1");
        self.nth = nth;
        self
    }

    /// At each later run, too, instead of once.
    pub fn repeating(mut self) -> Self {
        self.is_repeating = true;
        self
    }

    fn at(text: &str, place: Place) -> Self {
        Self {
            text: text.to_owned(),
            place,
            nth: 1,
            is_repeating: false,
        }
    }

    fn is_in(&self, statement: &[u8]) -> bool {
        let text = self.text.as_bytes();
        text.is_empty() || statement.windows(text.len()).any(|part| part == text)
    }
}

/// The points that a proxy looks for.
#[derive(Default)]
pub(super) struct Points {
    /// Each with how many runs have matched.
    points: Vec<(Point, usize)>,
    fired: usize,
}

impl Points {
    pub(super) fn add(&mut self, point: Point) {
        self.points.push((point, 0));
    }

    /// Counts a run of `statement`, and says where to cut, if it is.
    pub(super) fn run(&mut self, statement: &[u8]) -> Option<Place> {
        let mut place = None;
        self.points.retain_mut(|(point, runs)| {
            if !point.is_in(statement) {
                return true;
            }
            *runs += 1;
            if *runs < point.nth || place.is_some() {
                return true;
            }
            place = Some(point.place);
            point.is_repeating
        });
        place
    }

    /// Counts a cut.
    pub(super) fn fire(&mut self) {
        self.fired += 1;
    }

    pub(super) fn fired(&self) -> usize {
        self.fired
    }
}
