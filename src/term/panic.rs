//! A panic's message belongs on the normal screen, where it can be read after the program is gone.

use std::panic;
use std::sync::Once;

use super::guard::restore;

/// From now on a panic on any thread first gives the terminal back, then is reported as before. More calls change
/// nothing.
pub fn restore_on_panic() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            restore();
            report(panic);
        }));
    });
}
