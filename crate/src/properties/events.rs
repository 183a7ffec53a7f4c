//! Properties that lines report as they run: an event's number is its place here.
use super::{hotplug, references};
use crate::machine::{Property, Scope};
use crate::mm::touched;

/// What is reported by [`super::event`].
pub(super) const EVENTS: &[Property] = &[
    Property {
        name: "longterm-pin-on-cma",
        sentence: "No FOLL_LONGTERM pin is held on a page of a CMA area.",
        when_broken: "a FOLL_LONGTERM pin is held on a CMA page",
        invariant: false,
        scope: Scope::Machine,
        holds: references::no_longterm_pin_on_cma,
    },
    Property {
        name: "over-rejection",
        sentence: "A page whose pageblock is neither CMA nor ISOLATE is not refused a \
                   FOLL_LONGTERM pin.",
        when_broken: "a page that is neither CMA nor ISOLATE was refused",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "isolated-page-allocated",
        sentence: "No allocation is served from a buddy list with a page of a pageblock whose \
                   isolation has returned.",
        when_broken: "a page of an isolated pageblock was allocated from a buddy list",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "isolated-pcp-page-allocated",
        sentence: "No allocation is served from a pcplist with a page of a pageblock whose \
                   isolation has returned.",
        when_broken: "a page of an isolated pageblock was allocated from a pcplist",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "parked-page-fails-test",
        sentence: "test_pages_isolated does not fail for a page that nobody uses and a pcplist \
                   holds.",
        when_broken: "a page on a pcplist made test_pages_isolated fail",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "null-though-free",
        sentence: "cma_alloc does not return NULL while enough pages of the area are free.",
        when_broken: "cma_alloc returned NULL although the pages are free by now",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "skip-at-isolate",
        sentence: "isolate_migratepages_block passes over no page for having more references than \
                   mappings.",
        when_broken: "a page was passed over: more references than mappings (skip@isolate)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "still-mapped",
        sentence: "No page is still mapped when its reverse map was walked.",
        when_broken: "a page was still mapped behind the walk (still mapped)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "count-at-move-mapping",
        sentence: "migrate_page_move_mapping finds no reference that it does not expect.",
        when_broken: "migration found one reference too many (count@move_mapping)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "double-free",
        sentence: "No reference is dropped that nobody has, and nothing is freed that is in use or \
                   free.",
        when_broken: "something was freed that was not to be freed",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "freed-to-other-type",
        sentence: "No page is freed to the list of another type than its pageblock has by then; \
                   isolation is another matter.",
        when_broken: "a page was freed to the list of another type than its pageblock's",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "missed-cow",
        sentence: "What a process stores after a fork no other process sees, neither through a \
                   mapping nor through a pin.",
        when_broken: "a process sees what another one stores (MISSED_COW)",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "nofault-faulted",
        sentence: "An access that must not fault finds an entry that permits it, behind a pin \
                   that was taken and tried.",
        when_broken: "an access that must not fault has faulted (NOFAULT_FAULTED)",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "unnecessary-cow",
        sentence: "No page is copied that nobody else holds.",
        when_broken: "a page was copied that nobody else holds (UNNECESSARY_COW)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "fast-fallback",
        sentence: "A walk without locks takes what it finds.",
        when_broken: "a walk without locks gave up behind its reference (FAST_FALLBACK)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "false-positive-pin",
        sentence: "A page that looks pinned is pinned.",
        when_broken: "a page looks pinned and is not (FALSE_POSITIVE_PIN)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "pinned-behind-check",
        sentence: "Who is told that a page is not pinned, with pinning locked out, sees no pin \
                   of a walk that began before.",
        when_broken: "a page was pinned by a walk that a check should have kept out",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "pin-not-exclusive",
        sentence: "Since v5.19 a pinned anonymous page is PageAnonExclusive.",
        when_broken: "a pinned page is not exclusive",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "swap-not-settled",
        sentence: "What is mapped from a swap slot was written by a page that was frozen and \
                   freed.",
        when_broken: "contents of a swap slot were mapped that were not settled",
        invariant: true,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "unpinned-skipped",
        sentence: "isolate_migratepages_block passes over no page whose references are all \
                   accounted for.",
        when_broken: "a page was passed over that nobody has pinned",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "pinned-isolated",
        sentence: "isolate_migratepages_block isolates no page that somebody else has a \
                   reference of.",
        when_broken: "a page was isolated that somebody has a reference of",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "garbage-verdict",
        sentence: "Nothing is decided by the words of a second page while it is none.",
        when_broken: "a verdict came from words that were never written",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "stale-verdict",
        sentence: "No verdict is about a page that was freed meanwhile.",
        when_broken: "a verdict was about another life of the page",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "removed-page-touched",
        sentence: "No struct page is touched whose section was removed.",
        when_broken: "a struct page was touched that is not there any more",
        invariant: false,
        scope: Scope::Machine,
        holds: |state| hotplug::untouched(state, touched::REMOVED),
    },
    Property {
        name: "poisoned-page-touched",
        sentence: "No struct page is touched that was poisoned when its section went offline.",
        when_broken: "a poisoned struct page was touched",
        invariant: false,
        scope: Scope::Machine,
        holds: |state| hotplug::untouched(state, touched::POISONED),
    },
    Property {
        name: "freed-usage-touched",
        sentence: "The usage map of a section is not looked at once it was freed.",
        when_broken: "the usage map of a section was looked at behind its kfree",
        invariant: false,
        scope: Scope::Machine,
        holds: |state| hotplug::untouched(state, touched::USAGE),
    },
    Property {
        name: "pinned-migrated",
        sentence: "No page is moved away while somebody has a reference that is not a mapping's.",
        when_broken: "a page was moved away under somebody's reference",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "zero-page-counted",
        sentence: "A pin takes no reference of the zero page, which everybody shares and which has \
                   room for two million pins.",
        when_broken: "a pin counts on the zero page (ZERO_PAGE_COUNTED)",
        invariant: false,
        scope: Scope::OnRequest,
        holds: |_| true,
    },
    Property {
        name: "counts-of-nobody",
        sentence: "Splitting an entry takes no reference and counts no mapping that nobody will \
                   drop.",
        when_broken: "a page has references or mappings that nobody will ever drop",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "reference-of-another-page",
        sentence: "Who walks without locks gets a reference of the page that it has found.",
        when_broken: "a caller got a page, and a reference of another one",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "wild-page-pointer",
        sentence: "A struct page is looked up by a page frame number, and by nothing else that \
                   stands in an entry.",
        when_broken: "a struct page was looked up by bits that are no page frame number",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
    Property {
        name: "reference-erased",
        sentence: "No count is written over while it has references of others than who writes.",
        when_broken: "somebody's reference was written over: page_count is too low for its holders",
        invariant: false,
        scope: Scope::Machine,
        holds: |_| true,
    },
];
