//! Work shared by several threads, its answers handed over in order.
//!
//! Invariant: no thread is further ahead than [`AHEAD`] answers, and none outlives the call.

use std::collections::VecDeque;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Threads at most: from here on memory is the limit, not they.
const MOST_THREADS: usize = 8;
/// Answers that may wait for one before them, for each thread.
const AHEAD: usize = 4;

/// Threads worth having here.
pub fn threads() -> usize {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    threads.min(MOST_THREADS)
}

/// Answers the questions `0..count`, each thread with a worker of its own; the calling thread is one of them. `each` gets the
/// answers in order, on the calling thread, and may stop it all.
pub fn in_order<A, W>(
    count: usize,
    threads: usize,
    worker: impl Fn() -> W + Sync,
    mut each: impl FnMut(A) -> ControlFlow<()>,
) where
    A: Send,
    W: FnMut(usize) -> A,
{
    let threads = threads.min(count);
    if threads <= 1 {
        let mut worker = worker();
        let _ = (0..count).try_for_each(|n| each(worker(n)));
        return;
    }
    let board = Board {
        state: Mutex::new(State {
            next: 0,
            handed_over: 0,
            ready: VecDeque::new(),
            stopped: false,
        }),
        changed: Condvar::new(),
        count,
        ahead: AHEAD * threads,
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| {
                let _stop = StopOnPanic(&board);
                let mut worker = worker();
                while let Some(n) = board.take() {
                    board.put(n, worker(n));
                }
            });
        }
        let _stop = StopAtEnd(&board);
        let mut worker = worker();
        loop {
            match board.turn() {
                Turn::HandOver(answer) => {
                    if each(answer).is_break() {
                        return;
                    }
                }
                Turn::Work(n) => board.put(n, worker(n)),
                Turn::End => return,
            }
        }
    });
}

struct Board<A> {
    state: Mutex<State<A>>,
    changed: Condvar,
    count: usize,
    ahead: usize,
}

struct State<A> {
    /// The next question that nobody took.
    next: usize,
    /// Answers handed over.
    handed_over: usize,
    /// Answers from `handed_over` on.
    ready: VecDeque<Option<A>>,
    stopped: bool,
}

/// What the calling thread does next.
enum Turn<A> {
    HandOver(A),
    Work(usize),
    End,
}

impl<A> Board<A> {
    fn lock(&self) -> MutexGuard<'_, State<A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<A>>) -> MutexGuard<'a, State<A>> {
        let state = self.changed.wait(state);
        state.unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self, state: &mut State<A>) -> Option<usize> {
        let n = state.next;
        let is_there = n < self.count && n < state.handed_over + self.ahead;
        state.next += usize::from(is_there);
        is_there.then_some(n)
    }

    /// A question for a thread that helps; waits until one may be taken, `None` when none is left.
    fn take(&self) -> Option<usize> {
        let mut state = self.lock();
        while !state.stopped && state.next < self.count {
            if let Some(n) = self.next(&mut state) {
                return Some(n);
            }
            state = self.wait(state);
        }
        None
    }

    fn put(&self, n: usize, answer: A) {
        let mut state = self.lock();
        let at = n - state.handed_over;
        if state.ready.len() <= at {
            state.ready.resize_with(at + 1, || None);
        }
        if let Some(place) = state.ready.get_mut(at) {
            *place = Some(answer);
        }
        drop(state);
        self.changed.notify_all();
    }

    fn turn(&self) -> Turn<A> {
        let mut state = self.lock();
        loop {
            if let Some(answer) = state.ready.front_mut().and_then(Option::take) {
                state.ready.pop_front();
                state.handed_over += 1;
                drop(state);
                self.changed.notify_all();
                return Turn::HandOver(answer);
            }
            if state.stopped || state.handed_over == self.count {
                return Turn::End;
            }
            if let Some(n) = self.next(&mut state) {
                return Turn::Work(n);
            }
            state = self.wait(state);
        }
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.changed.notify_all();
    }
}

/// Lets the other threads end when the calling one is done, however that came.
struct StopAtEnd<'a, A>(&'a Board<A>);

impl<A> Drop for StopAtEnd<'_, A> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

/// An answer that never comes must not be waited for.
struct StopOnPanic<'a, A>(&'a Board<A>);

impl<A> Drop for StopOnPanic<'_, A> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    fn answers(count: usize, threads: usize, until: usize) -> Vec<usize> {
        let mut all = Vec::new();
        in_order(
            count,
            threads,
            || |n: usize| n * n,
            |answer| {
                all.push(answer);
                if all.len() == until {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        all
    }

    #[test]
    fn answers_come_in_order_whoever_gives_them_and_stop_when_told() {
        for threads in [1, 2, 5] {
            for count in [0, 1, 3, 500] {
                let wanted: Vec<usize> = (0..count).map(|n| n * n).collect();
                assert_eq!(answers(count, threads, usize::MAX), wanted);
                assert_eq!(answers(count, threads, 2), wanted[..count.min(2)]);
            }
        }
    }

    #[test]
    fn no_thread_runs_far_ahead_of_one_that_takes_no_answer() {
        let asked = AtomicUsize::new(0);
        let count_asked = || {
            |n: usize| {
                asked.fetch_add(1, Ordering::SeqCst);
                n
            }
        };
        in_order(10_000, 3, count_asked, |n| {
            assert!(asked.load(Ordering::SeqCst) <= n + 1 + 3 * AHEAD + 3);
            ControlFlow::Continue(())
        });
    }

    #[test]
    #[should_panic(expected = "a scoped thread panicked")]
    fn an_answer_that_never_comes_is_not_waited_for() {
        let (caller, failed) = (thread::current().id(), AtomicBool::new(false));
        let worker = || {
            |n: usize| {
                let is_caller = thread::current().id() == caller;
                if n > 40 && !is_caller {
                    failed.store(true, Ordering::SeqCst);
                    panic!("as asked");
                }
                while n > 40 && !failed.load(Ordering::SeqCst) {
                    thread::yield_now();
                }
                n
            }
        };
        in_order(1_000, 2, worker, |_| ControlFlow::Continue(()));
    }
}
