//! What simulated people and agents say. `{n}` is a number, `{t}` a topic, `{f}` a file.

/// What people ask.
pub const ASKED: &[&str] = &[
    "Can you look into why {t} is slow since yesterday?",
    "Please summarize the last {n} tickets about {t}.",
    "Where do we keep the settings for {t}?",
    "The nightly job for {t} failed again, what happened?",
    "Write a short note to the team about {t}.",
    "Compare the two proposals for {t} and tell me which one you would take.",
    "How many customers are affected by the {t} incident?",
    "Open {f} and explain the part around line {n}.",
    "Is it safe to delete {f}?",
    "Add a test for {t}, the naïve one is enough for now.",
    "What did we decide about {t} in the last meeting?",
    "Translate the error page for {t} into French, café menu style please.",
    "Find me a slot with the 東京 team next week to talk about {t}.",
    "Why does {f} grow by {n} MB a day?",
    "Draft an answer to the customer, friendly but short.",
    "Undo the last change to {f}.",
    "Which of our services still depends on {t}?",
    "Thanks, that helps. And how about {t}?",
    "No, I meant the other one: {f}.",
    "Give me the numbers for {t} by region.",
    "Could you check that against the contract from March?",
    "Great work 🚀 now do the same for {t}.",
    "What would break if we turned {t} off for an hour?",
    "Remind me on Friday to look at {t} again.",
];

/// What agents answer.
pub const ANSWERED: &[&str] = &[
    "I compared both runs: {t} spends {n} ms more waiting for the database than last week.",
    "The setting lives in {f}; it was changed {n} days ago.",
    "Here is the short version: {t} is fine, the alert was set too tight.",
    "I found {n} matching records. Three of them mention {t} by name.",
    "The job stopped because {f} was locked by another process. I can retry it now.",
    "I would take the second proposal: it costs more at first, but {t} becomes simpler.",
    "About {n} customers saw the problem, most of them for less than a minute.",
    "Line {n} of {f} opens the connection and never closes it. That explains the leak.",
    "Nothing reads {f} any more, so it is safe to delete.",
    "I added a test for {t}. It fails without the change and passes with it.",
    "In the last meeting you agreed to postpone {t} until the audit is over.",
    "The draft is ready. I kept it to {n} words and left the price out.",
    "The 東京 team is free on Tuesday at 9:00 their time. Shall I send the invitation?",
    "{f} grows because debug output was left on; turning it off saves about {n} MB a day.",
    "I cannot see the contract from March. Could you share it with me?",
    "Done. The change to {f} is undone, and the {n} tests pass.",
    "{n} services depend on {t}; two of them have no owner listed.",
    "By region: north {n}, south a third of that, the rest hardly anything.",
    "If {t} were off for an hour, the queue would hold about {n} jobs and then catch up.",
    "I will remind you on Friday. Until then I keep watching {t}.",
    "I am not sure yet. The logs for {t} end at midnight, so I am asking the archive.",
    "Résumé of the thread: everyone wants {t}, nobody wants to migrate {f}.",
    "I checked twice: the totals differ by {n} because of rounding.",
    "Let me break this into steps: first {t}, then the cleanup of {f}.",
];

/// What agents search for.
pub const SEARCHED: &[&str] = &[
    "{t} decision notes",
    "owner of {f}",
    "{t} incident last week",
    "preferences about {t}",
    "how to restart {t}",
    "customer complaints {t}",
    "{t} naïve baseline",
    "meeting 東京 {t}",
    "cost of {t} per month",
    "previous answer about {f}",
    "error budget {t}",
    "contract March",
];

/// What things are about.
pub const TOPICS: &[&str] = &[
    "the invoice export",
    "password resets",
    "the search index",
    "image thumbnails",
    "the billing webhook",
    "the mobile login",
    "order routing",
    "the staging cluster",
    "email delivery",
    "the recommendation model",
    "data retention",
    "the checkout page",
];

/// Files.
pub const FILES: &[&str] = &[
    "billing/export.py",
    "deploy/staging.yaml",
    "src/router.rs",
    "notes/2026-q4.md",
    "web/checkout.tsx",
    "jobs/nightly.sql",
    "infra/queue.tf",
    "docs/café-guide.md",
];

/// How things fail: code and message.
pub const FAILED: &[(&str, &str)] = &[
    ("tool_error", "search timed out after {n} ms"),
    ("tool_error", "file not found: /srv/agents/{n}/{f}"),
    ("tool_error", "the calendar answered 503 for request {n}"),
    ("parse_error", "unexpected token '}' at line {n}"),
    (
        "context_overflow",
        "context length {n} exceeds the limit of 128000",
    ),
    ("permission_denied", "the user may not read {f}"),
    ("tool_error", "the shell command ended with status {n}"),
];

/// How things fail in a burst, one way a burst.
pub const BURSTS: &[(&str, &str)] = &[
    ("rate_limit", "rate limited by the model, retry in {n} s"),
    (
        "upstream_timeout",
        "the vector store did not answer within {n} ms",
    ),
];

/// Where sessions come from.
pub const AGENTS: &[&str] = &[
    "console/2.4",
    "web/118.0",
    "mobile-ios/6.1",
    "slack-bridge/1.9",
    "api-client/0.8",
];

/// Why a memory is cleared.
pub const CLEARED: &[&str] = &[
    "asked by the user",
    "the topic changed",
    "retention period reached",
];
