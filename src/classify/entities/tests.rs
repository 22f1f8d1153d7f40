//! What is found in lines as customers write them, and what must not be.

use super::*;

/// Each finding as `kind=value`.
fn find(finder: &EntityFinder, text: &str) -> Vec<String> {
    finder
        .find(text)
        .into_iter()
        .map(|entity| format!("{}={}", entity.kind.as_str(), entity.value))
        .collect()
}

/// A line, `->`, and what is found in it, with ` | ` between; nothing behind the arrow: nothing must be found.
fn check(table: &str) {
    let finder = EntityFinder::new(ORDER_NUMBER).unwrap();
    let mut wrong = Vec::new();
    for line in table.trim().lines() {
        let (text, expected) = line.split_once("->").unwrap();
        let expected: Vec<&str> = expected
            .split(" | ")
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        let found = find(&finder, text.trim());
        if found != expected {
            wrong.push(format!("{text}\n     found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn order_and_tracking_numbers() {
    check(
        "
where is my order ->
FH-10423 -> order_number=FH-10423
its fh-10423, or A-20991? -> order_number=fh-10423 | order_number=A-20991
order FH–10423 please -> order_number=FH–10423
FH-12 is too short, covid-2019 too long ->
FH-10423B is no number of ours ->
order number 1042377 pls -> order_number=1042377
my order is #55012 -> order_number=55012
order no. 220198 never came -> order_number=220198
Order ID: 99812345 -> order_number=99812345
i ordered 12345 things ->
in order 2024 was a good year ->
tracking PW123456789GB says delivered -> tracking_number=PW123456789GB
pw123456789gb -> tracking_number=pw123456789gb
RR 123 456 789 GB is stuck -> tracking_number=RR 123 456 789 GB
it is 123 456 789 ok ->
1Z999AA10123456784 -> tracking_number=1Z999AA10123456784
1Z 999 AA1 01 2345 6784 since friday? -> tracking_number=1Z 999 AA1 01 2345 6784 | date=friday
amazon says TBA303421578213 -> tracking_number=TBA303421578213
dhl JJD000390007882156789 -> tracking_number=JJD000390007882156789
usps 9400 1000 0000 0000 0000 00 -> tracking_number=9400 1000 0000 0000 0000 00
tracking number is 612999987654 -> tracking_number=612999987654
tracking no: 15501234567890 no movement -> tracking_number=15501234567890
tracking page is down ->
parcel arrived yesterday -> date=yesterday
model X-200 or XPS-13 ->
",
    );
}

#[test]
fn addresses_and_telephones() {
    check(
        "
mail me at jo.o'neil+shop@mail.example.co.uk. -> email=jo.o'neil+shop@mail.example.co.uk
a@b is not one ->
@fernhollow on insta ->
FH-10423@example.com -> email=FH-10423@example.com
ANA_B@EXAMPLE.DE -> email=ANA_B@EXAMPLE.DE
call 020 7946 0958 -> phone=020 7946 0958
call +44 (0)20 7946 0958 today -> phone=+44 (0)20 7946 0958 | date=today
my number: 07700900123. -> phone=07700900123
(020) 7946 0958 -> phone=(020) 7946 0958
555-867-5309 or (555) 867-5309 -> phone=555-867-5309 | phone=(555) 867-5309
+1-984-555-0190 mobile -> phone=+1-984-555-0190
1-800-555-0199 -> phone=1-800-555-0199
463-612-6138x036 -> phone=463-612-6138
+49 151 23456789 -> phone=+49 151 23456789
0049 151 23456789 -> phone=0049 151 23456789
01.84.17.61.18 -> phone=01.84.17.61.18
ring me on 5403926876 -> phone=5403926876
call me on (64) 3591-3246? -> phone=(64) 3591-3246
Phone: 358 0594 -> phone=358 0594
whatsapp 98765 43210 -> phone=98765 43210
order 0012345678 is lost -> order_number=0012345678
account 0123456789 ->
ref 07700900123 ->
i called about order 12345678 -> order_number=12345678
it weighs 1250 and costs nothing ->
12345678 ->
from 192.168.10.20 ->
my ssn is 054-28-6917 -> national_id=054-28-6917
serial 5403926876 ->
nhs number 943 476 5919 -> national_id=943 476 5919
on 01/02/2024 at 10:30 -> date_time=01/02/2024 at 10:30
07-11-2025 10 people came -> date=07-11-2025
version 2.10.300.4000 ->
size 172 180 190 ->
",
    );
}

#[test]
fn amounts_of_money() {
    check(
        "
you took £1,299.00 twice -> amount=£1,299.00
refund of 12.50 EUR or $ 7 -> amount=12.50 EUR | amount=$ 7
20 quid, 99p, 1.500 items -> amount=20 quid | amount=99p
gbp 40 for 2 helmets -> amount=gbp 40
12,99€ -> amount=12,99€
30 pounds and 5 people -> amount=30 pounds
1,299.00 USD -> amount=1,299.00 USD
₹499 only -> amount=₹499
Rs. 2,500 gone -> amount=Rs. 2,500
₹1,49,999 for a bike -> amount=₹1,49,999
1.299,00 € -> amount=1.299,00 €
12 500 kr -> amount=12 500 kr
US$20 and A$ 35.50 -> amount=US$20 | amount=A$ 35.50
£20k -> amount=£20k
fifty quid for that -> amount=fifty quid
50 cents -> amount=50 cents
the 1080p camera ->
i have 2 dogs and 3 cats ->
10% off ->
size 42 eu ->
£ is missing ->
in 2024 we moved ->
5 stars ->
",
    );
}

#[test]
fn cards_and_accounts() {
    check(
        "
card 4111 1111 1111 1111 -> card=4111 1111 1111 1111
4111111111111111 -> card=4111111111111111
4111-1111-1111-1111 exp 12/27 -> card=4111-1111-1111-1111
3782 822463 10005 -> card=3782 822463 10005
5555 5555 5555 4444 and 2223003122003222 -> card=5555 5555 5555 4444 | card=2223003122003222
6011000990139424 -> card=6011000990139424
4111 1111 1111 1112 ->
1234567812345670 ->
0000 0000 0000 0000 ->
my iban is GB29 NWBK 6016 1331 9268 19 ok -> iban=GB29 NWBK 6016 1331 9268 19
DE89370400440532013000 -> iban=DE89370400440532013000
gb29nwbk60161331926819. -> iban=gb29nwbk60161331926819
NL91 ABNA 0417 1643 00, thanks -> iban=NL91 ABNA 0417 1643 00
GB29 NWBK 6016 1331 9268 18 ->
DE89370400440532013001 ->
XX89370400440532013000 ->
",
    );
}

#[test]
fn days_and_times() {
    check(
        "
can i come next Tuesday -> date=next Tuesday
what about the 3rd? -> date=the 3rd
tomorrow at half past 4 please -> date_time=tomorrow at half past 4
it said 03/04 on the mail -> date=03/04
4pm works -> time=4pm
between 9 am and 5:30pm -> time=9 am | time=5:30pm
i booked it for tuesday the 12th at 10am -> date_time=tuesday the 12th at 10am
3rd of May, or May 5th -> date=3rd of May | date=May 5th
on 24 December 2026 -> date=24 December 2026
2026-11-24 16:30 -> date_time=2026-11-24 16:30
24.12.2026 -> date=24.12.2026
the day after tomorrow -> date=the day after tomorrow
3 days ago -> date=3 days ago
it came in 2 days -> date=in 2 days
tonight or tomorrow morning -> date=tonight | date=tomorrow morning
tuesday next week at noon -> date_time=tuesday next week at noon
see you at 4. -> time=at 4
quarter to five on Friday -> date_time=quarter to five on Friday
this afternoon at 3 -> date_time=this afternoon at 3
by sat please -> date=sat
this is the 3rd time i ask ->
the 1st order was fine ->
the 2nd and third item ->
open 24/7 ->
rated 9/10, 5/5 ->
1/2 of them ->
i sat here for an hour ->
my son loves sun and fun ->
it may 3 times fail ->
they march on ->
size 10 at 4 locations ->
16:9 screen ->
two of them ->
we had 10 to 4 votes ->
may i return it ->
the second one ->
second hand bike ->
cancel my tickets for the 9th, two seats -> date=the 9th
i mailed it on the 2nd and you signed -> date=the 2nd
vet on 3rd, can it wait -> date=3rd
we are on the 3rd floor ->
corner of 5th and main ->
the 3rd wednesday of the month -> date=wednesday
october 41 ->
by 6 pm the night before -> time=6 pm
does it expire at 18 or 21 ->
i'm at 20 bell street ->
getting up at three and all ->
locked at 9.15 this morning -> date_time=at 9.15 this morning
7am at the door, or at 7.15 -> time=7am | time=at 7.15
this am i called ->
a couple of days ago, or a few weeks ago -> date=a couple of days ago | date=a few weeks ago
listed at #15 and at £4 or at 5% -> amount=£4
",
    );
}

#[test]
fn the_longer_of_two_holds() {
    check(
        "
FH-10423 cost £40, mail a@b.co, ring 07700 900123 -> order_number=FH-10423 | amount=£40 | email=a@b.co | phone=07700 900123
call 2223 0031 2200 3222 -> card=2223 0031 2200 3222
tracking number 1Z999AA10123456784 -> tracking_number=1Z999AA10123456784
at 07700900123@example.com -> email=07700900123@example.com
",
    );
}

#[test]
fn a_business_may_have_numbers_of_its_own() {
    let finder = EntityFinder::new(r"(?i)order\s+#?(\d{6})\b").unwrap();
    assert_eq!(
        find(&finder, "about Order #123456 and FH-10423"),
        ["order_number=123456"]
    );
    let number = |kind: &str, pattern: &str| NumberPattern {
        kind: kind.to_owned(),
        pattern: pattern.to_owned(),
    };
    let members = [number("membership", r"\bFCM(\d{6})\b|\bclub (\d{4})\b")];
    let finder = EntityFinder::with_numbers(ORDER_NUMBER, &members).unwrap();
    assert_eq!(
        find(&finder, "FCM004211, club 1234, tracking 1Z999AA10123456784"),
        ["membership=004211", "membership=1234"]
    );
    for (kind, pattern) in [
        ("membership", "("),
        ("Member Ship", "x"),
        ("email", "x"),
        ("", "x"),
    ] {
        let error = EntityFinder::with_numbers(ORDER_NUMBER, &[number(kind, pattern)]).unwrap_err();
        assert!(error.to_string().contains("classifier.numbers"), "{error}");
    }
    let error = EntityFinder::new("(").unwrap_err().to_string();
    assert!(error.contains("classifier.order_number"), "{error}");
}

#[test]
fn what_could_take_money_is_marked() {
    let finder = EntityFinder::new(ORDER_NUMBER).unwrap();
    let found = finder.find("card 4111 1111 1111 1111, order FH-10423, DE89370400440532013000");
    let marked: Vec<bool> = found.iter().map(|entity| entity.sensitive).collect();
    assert_eq!(marked, [true, false, true]);
}
