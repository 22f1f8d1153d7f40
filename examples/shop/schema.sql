-- The sample shop's database. Money is in pence. Dates and times of day are text in Bristol's own time, so that they
-- sort: 2026-12-01, 2026-12-01T09:00. Columns named `at` are seconds since 1970, UTC.

PRAGMA application_id = 1179140947;
PRAGMA user_version = 1;

-- One row: the day that all seeded dates are relative to.
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seeded_on TEXT NOT NULL
) STRICT;

CREATE TABLE customers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    -- Lower case.
    email TEXT NOT NULL UNIQUE,
    -- With its country: +447700900101.
    phone TEXT NOT NULL UNIQUE,
    address TEXT NOT NULL,
    -- 0: orders as a guest, and has no password to reset.
    account INTEGER NOT NULL CHECK (account IN (0, 1))
) STRICT;

CREATE TABLE products (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    price INTEGER NOT NULL CHECK (price > 0),
    stock INTEGER NOT NULL CHECK (stock >= 0),
    colours TEXT,
    sizes TEXT,
    range_km INTEGER,
    weight_kg REAL,
    warranty TEXT,
    summary TEXT NOT NULL
) STRICT;

CREATE TABLE orders (
    number TEXT PRIMARY KEY,
    customer TEXT NOT NULL REFERENCES customers (id),
    status TEXT NOT NULL
        CHECK (status IN ('placed', 'packed', 'shipped', 'delayed', 'delivered', 'cancelled', 'lost')),
    ordered_at TEXT NOT NULL,
    delivery TEXT NOT NULL,
    address TEXT NOT NULL,
    total INTEGER NOT NULL,
    -- Null for what is collected.
    carrier TEXT,
    tracking_number TEXT,
    -- The last day of the promise; a later one where it was not kept and the carrier has named one.
    due TEXT NOT NULL,
    new_due TEXT,
    delay_reason TEXT,
    delivered_on TEXT,
    delivered_to TEXT
) STRICT;

CREATE INDEX orders_of_customer ON orders (customer);

CREATE TABLE order_items (
    order_number TEXT NOT NULL REFERENCES orders (number),
    place INTEGER NOT NULL,
    product TEXT NOT NULL REFERENCES products (id),
    -- Size and colour, where there is a choice.
    variant TEXT,
    count INTEGER NOT NULL CHECK (count > 0),
    PRIMARY KEY (order_number, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE payments (
    order_number TEXT PRIMARY KEY REFERENCES orders (number),
    state TEXT NOT NULL CHECK (state IN
        ('paid', 'pending', 'authorised', 'failed', 'refunded', 'partly_refunded', 'refund_pending')),
    amount INTEGER NOT NULL,
    method TEXT NOT NULL,
    paid_at TEXT NOT NULL,
    failure TEXT,
    refund INTEGER,
    -- The day it was sent back, or for one that is pending the day it was begun.
    refund_on TEXT
) STRICT;

CREATE TABLE appointments (
    reference TEXT PRIMARY KEY,
    -- Null for who booked by telephone.
    customer TEXT REFERENCES customers (id),
    service TEXT NOT NULL,
    -- What is taken for that time: the workshop, or the bike for test rides.
    resource TEXT NOT NULL,
    start TEXT NOT NULL,
    mechanic TEXT NOT NULL,
    cancelled INTEGER NOT NULL CHECK (cancelled IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX appointments_one_at_a_time ON appointments (resource, start) WHERE cancelled = 0;

CREATE TABLE mails (
    id INTEGER PRIMARY KEY,
    -- Empty where nobody is known.
    recipient TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- 0: held back. It is written all the same, so that nobody can tell by the time it takes.
    sent INTEGER NOT NULL CHECK (sent IN (0, 1))
) STRICT;

CREATE INDEX mails_of_recipient ON mails (recipient, id);

-- What each Idempotency-Key was answered.
CREATE TABLE answers (
    key TEXT PRIMARY KEY,
    -- Of the request, so that the same key with another one is noticed.
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
