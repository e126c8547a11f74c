//! The frames of the error screen that the tests expect.
//!
//! When the drawing changes on purpose, read the new frame as a person would before it becomes the expected one.

/// 160×45, on the fourth of nine.
pub const BESIDE: &str = "
  ‖ 14:01:12.096  memory:events  event 26 of 55 loaded  1×  idle ≤ 2 s  2m ago  +29 newer             1 dashboard   2 session   3 errors   4 metrics   5 groups

 events/s  0.22                          errors/s  0.06                          latency p95  4.5 s                      active sessions  3
                                     █                                       █                                       █                                       █
                                     █                                       █                                       █                                       █
 ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█   ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█   ····································█   ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█

─ errors 7 in 2 groups ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
  errors   share  code                    message                                                  sessions   users     first   last  trend, 2m 00s
▌      6    86 %  rate_limit              rate limited by the model, retry in ‹n›                         3       3  14:01:10    0 s  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█
       1    14 %  tool_error              the calendar answered ‹n› for request ‹n›                       1       1  14:00:58   13 s  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁








━ occurrences rate_limit  cf799d7c2314 ──────────────────────────────── 6 of 9 ┬─ entry 1795442472096-0 ──────────────────────── v event · fields · json · hex ─
 14:01:13.951  sess-4f1c         user-1        rate limited by the model, ret… │  type              error.occurred
 14:01:13.040  sess-7a20         user-2        rate limited by the model, ret… │  session           sess-4f1c
 14:01:12.388  sess-9be3         user-3        rate limited by the model, ret… │  user              user-1
▌14:01:12.096  sess-4f1c         user-1        rate limited by the model, ret… │  time              2026-11-23 14:01:12.096 +00:00
 14:01:11.702  sess-7a20         user-2        rate limited by the model, ret… │  latency           4.5 s
 14:01:11.350  sess-4f1c         user-1        rate limited by the model, ret… │  error             rate_limit
 14:01:10.811  sess-9be3         user-3        rate limited by the model, ret… │  message           rate limited by the model, retry in 8 s
 14:01:10.402  sess-7a20         user-2        rate limited by the model, ret… │  stream            memory:events
 14:01:10.110  sess-4f1c         user-1        rate limited by the model, ret… │
                                                                               │  id                evt-1795442472096197975
                                                                               │  timestamp         1795442472
                                                                               │  code              rate_limit
                                                                               │─ touched 3 sessions, 3 users ──────────────────────────────────────────────────
                                                                               │      3  sess-4f1c                           3  user-1
                                                                               │      2  sess-7a20                           2  user-2
                                                                               │      1  sess-9be3                           1  user-3
                                                                               │
                                                                               │
                                                                               │

─ 14:00:02 ──────────────────────────────────────▼─────────────────────────────────────────────────────────────────────────────────────────────────── 14:03:50 ─
 ▃▁▁▅▁▃▁▁▃▁▃▃▁▃▁▃▃▃▁▁▁▁▁▁▁▁▁▃▁▃▁▁▁▁▃▁▃▃▃▁▃▁▁▁▃▃▁▇█▅▁▁▁▁▁▁▁▁▁▁▁▁▃▃▁▁▃▃▁▁▁▃▁▁▁▁▁▁▁▁▃▃▃▁▁▁▁▁▁▃▃▅▁▁▁▁▁▁▁▃▃▃▁▁▁▁▁▁▁▃▅▁▅▁▁▃▁▃▁▁▁▁▁▁▁▃▁▁▁▁▃▁▁▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▃
                                       ▪        ▪▲▪                                                              ▪

 space play   e E error   / filter   f follow   Enter session   v form   Tab pane   o this session   Esc back   ? help
";
/// 80×24, on the second.
pub const STACKED: &str = "
 lookback   ‖ 14:01:13.040   event 28  1×  idle ≤ 2 s  2m ago  +27 newer
 events/s  0.23      errors/s  0.07      p95  4.5 s          active  3
 ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█   ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█   ················█   ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁█
─ errors 9 in 2 groups ─────────────────────────────────────────────────────────
  errors  code              message                    sessions   users   last
▌      8  rate_limit        rate limited by the mode…         3       3    0 s
       1  tool_error        the calendar answered ‹n…         1       1   14 s


━ occurrences rate_limit  cf799d7c2314 ──────────────────────────────── 8 of 9 ─
 14:01:13.951  sess-4f1c         user-1        rate limited by the model, ret…
▌14:01:13.040  sess-7a20         user-2        rate limited by the model, ret…
 14:01:12.388  sess-9be3         user-3        rate limited by the model, ret…
 14:01:12.096  sess-4f1c         user-1        rate limited by the model, ret…
 14:01:11.702  sess-7a20         user-2        rate limited by the model, ret…
 14:01:11.350  sess-4f1c         user-1        rate limited by the model, ret…
 14:01:10.811  sess-9be3         user-3        rate limited by the model, ret…
 14:01:10.402  sess-7a20         user-2        rate limited by the model, ret…
 14:01:10.110  sess-4f1c         user-1        rate limited by the model, ret…

─ 14:00:02 ──────────────▼─────────────────────────────────────────── 14:03:50 ─
 ▂▄▂▁▂▄▂▂▄▁▁▁▁▂▂▁▁▂▄▂▂▂▂█▅▁▁▁▁▁▂▂▂▂▁▂▁▁▁▂▄▁▁▁▄▄▁▁▁▄▂▁▁▁▅▄▂▂▁▁▁▂▁▁▂▁▁▂▁▁▁▁▁▁▁▁▁▂
                    ▪   ▪▲                              ▪
 space play   e E error   / filter   f follow   Enter session   v form   ? help
";
/// 60×12, in the entry.
pub const ALONE: &str = "
 lookback   ● LIVE 14:03:50  memory:events  1×  idle ≤ 2 s
━ entry 1795442473951-0 ──── v event · fields · json · hex ─
  type              error.occurred                         ▐
  session           sess-4f1c                              ▐
  user              user-1                                 ▐
  time              2026-11-23 14:01:13.951 +00:00         │
  latency           5.2 s                                  │
  error             rate_limit                             │
  message           rate limited by the model, retry in 16 │
─ 14:00:02 ────────────────────────────────────── 14:03:50▼─
 ▂▄▁▃▂▃▃▁▁▂▂▁▂▃▂▂▃█▃▁▁▁▂▂▃▁▂▁▁▃▂▁▁▅▁▁▃▂▁▁▄▃▃▁▁▂▁▂▁▁▂▁▁▁▁▁▁▂
 space pause   e E error   / filter   Enter zoom   ? help
";
/// 80×24, under a filter that matches no error.
pub const NOTHING: &str = "
 lookback   ● LIVE 14:03:50   localhost:6379 memory:events  1×  idle ≤ 2 s
 events/s  0.08      errors/s  0         p95  1.7 s          active  1
 ▁▁▁▁▁▁▁▁▁▁▁▁▁▇█▆▂   ▁▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁   ·············▄█▃·   ▁▁▁▁▁▁▁▁▁▁▁▁▁█▅█▃
━ errors  user:nobody ──────────────────────────────────────────────────────────

                          no errors among the matches
                              / changes the filter


─ occurrences ──────────────────────────────────────────────────────────────────




                              no group is selected





─ 14:00:02 ────────────────────────────────────────────────────────── 14:03:50▼─
 ▂▄▂▁▂▄▂▂▄▁▁▁▁▂▂▁▁▂▄▂▂▂▂█▅▁▁▁▁▁▂▂▂▂▁▂▁▁▁▂▄▁▁▁▄▄▁▁▁▄▂▁▁▁▅▄▂▂▁▁▁▂▁▁▂▁▁▂▁▁▁▁▁▁▁▁▁▂
                    ▪   ▪▪                              ▪
 space pause   e E error   / filter   Enter occurrences   v form   ? help
";
