//! Who may import what: the house's table, as docs/ARCHITECTURE.md draws it.

/// Who may import whom. Imports only ever point up this table.
pub(super) const MAY_IMPORT: &[(&str, &str)] = &[
    // L0 to L2: nouns of the field; decisions, numbers, seams; the order of steps, tails of the log.
    ("domain", ""),
    ("triage", "domain"),
    ("report", "domain"),
    ("ports", "domain"),
    ("engine", "domain triage ports"),
    ("outbox", "domain ports tasks entropy egress"),
    ("live", "domain ports tasks"),
    ("dispatch", "domain triage ports tasks"),
    ("watch", "domain triage ports tasks entropy"),
    // L3: adapters, and the offline tools. They know the ports, never the engine.
    ("classify", "domain ports threads"),
    ("knowledge", "domain ports"),
    ("store", "domain ports"),
    ("connect", "domain ports egress seal"),
    ("oidc", "domain ports egress"),
    ("labelled", "domain"),
    ("eval", "domain triage classify report ports labelled"),
    (
        "train",
        "domain triage classify report ports labelled eval threads",
    ),
    ("http", "domain ports engine live report entropy telemetry"),
    // L4 and L5: the way in, and where the parts are joined. `config` takes the `Options` of each module that has some.
    (
        "config",
        "domain triage classify knowledge store outbox live http engine connect oidc telemetry egress",
    ),
    (
        "cli",
        "domain triage report ports engine outbox dispatch watch live classify knowledge store connect oidc labelled train eval http config \
         tasks telemetry entropy egress seal",
    ),
    ("main", "cli"),
    ("tasks", ""), // The side: these know nothing of ours.
    ("telemetry", ""),
    ("entropy", ""),
    ("egress", ""),
    ("threads", ""),
    ("seal", ""),
];
