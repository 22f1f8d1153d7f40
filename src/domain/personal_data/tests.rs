//! What is found of each kind in lines as people write them, what only looks like it, and what masking leaves.

use proptest::prelude::*;

use super::*;

/// A line, `->`, and what is masked in it when every kind is, with ` | ` between; nothing behind the arrow: nothing.
fn check(kind: PersonalData, table: &str) {
    let mut wrong = Vec::new();
    for line in table.trim().lines() {
        let (text, expected) = line.split_once("->").unwrap();
        let text = text.trim_end();
        let expected: Vec<&str> = expected
            .split(" | ")
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        let all = Masking::ALL.find(text);
        let found: Vec<&str> = all.iter().map(|found| &text[found.range.clone()]).collect();
        if found != expected || all.iter().any(|found| found.kind != kind) {
            wrong.push(format!("{text}\n     found {all:?} {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn cards() {
    check(
        PersonalData::Card,
        "
4111111111111111 -> 4111111111111111
card 4111 1111 1111 1111. -> 4111 1111 1111 1111
4111-1111-1111-1111 exp 12/27 cvv 123 -> 4111-1111-1111-1111
4111.1111.1111.1111 -> 4111.1111.1111.1111
4111  1111  1111  1111 -> 4111  1111  1111  1111
4111 – 1111 – 1111 – 1111 -> 4111 – 1111 – 1111 – 1111
41111111 11111111 -> 41111111 11111111
4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 -> 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1
card4111111111111111exp12/27 -> 4111111111111111
it is 4111 1111 1111 1111 123 -> 4111 1111 1111 1111
i paid for my order with 4111111111111111 -> 4111111111111111
order number 4111 1111 1111 1111 -> 4111 1111 1111 1111
3782 822463 10005 -> 3782 822463 10005
5555 5555 5555 4444, 2223003122003222 -> 5555 5555 5555 4444 | 2223003122003222
4111 1111 1111 1111 5555 5555 5555 4444 -> 4111 1111 1111 1111 | 5555 5555 5555 4444
diners 30569309025904 -> 30569309025904
my maestro card is 501800000009 -> 501800000009
old visa 4222222222222 -> 4222222222222
4111 1111 1111 1112 ->
0000 0000 0000 0000 ->
1234567812345670 ->
parcel 501800000009 ->
ean 4222222222222 ->
order number 4111111111111111 ->
tracking number: 4111111111111111 ->
usps 9411 1111 1111 1111 1111 00 ->
112-1234567-1234567 ->
20260105123000 ->
TBA4111111111111111 ->
4111111111111111B ->
",
    );
}

#[test]
fn ibans() {
    check(
        PersonalData::Iban,
        "
my iban is GB29 NWBK 6016 1331 9268 19 ok -> GB29 NWBK 6016 1331 9268 19
DE89370400440532013000 -> DE89370400440532013000
IBAN:DE89-3704-0044-0532-0130-00 -> DE89-3704-0044-0532-0130-00
DE 89 3704 0044 0532 0130 00 -> DE 89 3704 0044 0532 0130 00
iban de 89 3704 0044 0532 0130 00 -> de 89 3704 0044 0532 0130 00
gb29nwbk60161331926819. -> gb29nwbk60161331926819
fr14 2004 1010 0505 0001 3m02 606 -> fr14 2004 1010 0505 0001 3m02 606
GB29 NWBK 6016 1331 9268 18 ->
DE89370400440532013001 ->
XX89370400440532013000 ->
DE8937040044053201300 ->
account no 9873 ssn no 8820 ->
aDE89370400440532013000 ->
DE89370400440532013000a ->
",
    );
}

#[test]
fn addresses() {
    check(
        PersonalData::Email,
        "
mail me at jo.o'neil+shop@mail.example.co.uk. -> jo.o'neil+shop@mail.example.co.uk
<ana_b@example.de>, 'x@example.com' -> ana_b@example.de | x@example.com
mailto:a@b.co? -> a@b.co
josé@exämple.com -> josé@exämple.com
ANA@EXAMPLE.DE-thanks -> ANA@EXAMPLE.DE
_a@b.com -> _a@b.com
a@b.co.123 -> a@b.co
4111111111111111@example.com -> 4111111111111111@example.com
a@b is not one ->
@fernhollow on insta ->
a@b.c0m ->
2 tyres @ 20.50 ->
a@.com ->
meet @home.tonight ->
",
    );
}

#[test]
fn telephones() {
    check(
        PersonalData::Phone,
        "
call 020 7946 0958 -> 020 7946 0958
+44 (0)20 7946 0958 -> +44 (0)20 7946 0958
(555) 867-5309 or 555-867-5309 -> (555) 867-5309 | 555-867-5309
my number: 07700900123. -> 07700900123
tel07700900123 -> 07700900123
0049 151 23456789 -> 0049 151 23456789
01.84.17.61.18 -> 01.84.17.61.18
whatsapp 98765 43210 -> 98765 43210
655 437 108 office -> 655 437 108
order 0012345678 is lost ->
12345678 ->
ref 07700900123 ->
from 192.168.10.20 ->
on 01/02/2024 at 10:30 ->
07-11-2025 10 people came ->
2026-11-24 16:30 ->
£1,299.00, 12 500 kr, 1.299,00 € ->
FH-10423, A-20991, #55012 ->
1Z999AA10123456784, 1Z 88F 4W2 03 9921 4406 ->
RR123456789GB, JJD000390007882156789 ->
9400 1000 0000 0000 0000 00 ->
tracking number is 612999987654 ->
112-1234567-1234567 ->
version 2.10.300.4000 ->
size 172 180 190 ->
open 9-17, 10 to 4 ->
24/7 and 16:9 and 1080p ->
",
    );
}

#[test]
fn national_ids() {
    check(
        PersonalData::NationalId,
        "
my ssn is 054-28-6917 -> 054-28-6917
054-28-6917 -> 054-28-6917
social security number: 054286917 -> 054286917
ssn 084349840, not order 542168940 -> 084349840
054 28 6917 is my SSN -> 054 28 6917
ssn054-28-6917 -> 054-28-6917
NI number AB 12 34 56 C -> AB 12 34 56 C
ab123456c -> ab123456c
JG-12-13-16-A ok -> JG-12-13-16-A
nhs number 943 476 5919 -> 943 476 5919
dni 12345678Z -> 12345678Z
12.345.678-Z -> 12.345.678-Z
x1234567l and Y-1234567-X -> x1234567l | Y-1234567-X
RSSMRA85T10A562S -> RSSMRA85T10A562S
mrt mtt 25d09 f205 z ->
MRT MTT 25D09 F205 Z -> MRT MTT 25D09 F205 Z
BSN 111222333 -> 111222333
burgerservicenummer: 1234.56.782 -> 1234.56.782
2 55 08 14 168 025 38 -> 2 55 08 14 168 025 38
numéro de sécurité sociale 255081416802538 -> 255081416802538
Steuer-ID 86 095 742 719 -> 86 095 742 719
meine Steueridentifikationsnummer ist 47036892816 -> 47036892816
aadhaar 2341 2341 2346 -> 2341 2341 2346
Aadhar card no 234123412346 -> 234123412346
000-12-3456, 666-12-3456, 900-12-3456 ->
123-00-4567, 123-45-0000 ->
order 123-45-6789 ->
123-45-6789-0 ->
219099998 ->
123 45 6789 ->
GB 12 34 56 A, QQ123456C ->
AB123456E ->
order AB123456C ->
order id sh 123456 a few days ago ->
RR123456789GB ->
12345678A ->
order 12345678Z ->
FH-12345678Z ->
X1234567A ->
RSSMRA85T10A562T ->
bsn 111222334 ->
111222333 ->
255081416802538 ->
2 55 12 14 168 125 39 ->
Steuer-ID 86095742718 ->
86095742719 ->
aadhaar 2341 2341 2347 ->
2341 2341 2346 ->
nhs number 943 476 5918 ->
9434765919 is the frame ->
paid 12.50 on 12.11.2025 at 10:30 ->
",
    );
}

#[test]
fn masks_say_what_was_there() {
    let text = "4111 1111 1111 1111, DE89 3704 0044 0532 0130 00, 054-28-6917, a@b.co, 07700 900123";
    assert_eq!(
        Masking::ALL.mask(text),
        "[card ending 1111], [IBAN ending 3000], [national id], [email], [phone]"
    );
    assert_eq!(
        Masking::default().mask(text),
        "[card ending 1111], [IBAN ending 3000], [national id], a@b.co, 07700 900123"
    );
    let none = Masking {
        card: Treatment::Keep,
        iban: Treatment::Keep,
        national_id: Treatment::Keep,
        ..Masking::default()
    };
    assert_eq!(none.mask(text), text);
}

#[test]
fn masks_are_told_from_what_people_write() {
    let text = "call [phone] [sic], [card ending 1111][IBAN ending 3M02] [card ending 111] [email";
    let letters: String = without_masks(text).replace(FILLER, "");
    assert_eq!(letters, "call  [sic],  [card ending 111] [email");
}

#[test]
fn a_kept_telephone_number_hides_no_card() {
    let text = "call 07700 4111 1111 1111 1111";
    assert_eq!(Masking::default().mask(text), "call 07700 [card ending 1111]");
}

/// 16 KiB of digits on their own took minutes where every stretch of them was looked at.
#[test]
fn long_runs_of_digits_are_soon_done() {
    let started = std::time::Instant::now();
    Masking::ALL.find(&"1 ".repeat(8 * 1024));
    Masking::ALL.find(&"ssn ".repeat(4 * 1024));
    Masking::ALL.find(&"a@b.co ".repeat(2 * 1024));
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn readings_lose_what_their_text_loses() {
    let text = "club 4111111111111111, order FH-10423, mail a@b.co";
    let mut reading = Reading {
        entities: vec![
            Entity::new(EntityKind::Own("club".to_owned()), "4111111111111111"),
            Entity::new(EntityKind::OrderNumber, "FH-10423"),
            Entity::new(EntityKind::Email, "a@b.co"),
            Entity::new(EntityKind::Card, "4111111111111111"),
        ],
        fault: Some(Fault::Search(format!("no term in {text:?}"))),
        ..Reading::default()
    };
    Masking::default().mask_reading(text, &mut reading, &|_| None);
    let values: Vec<&str> = reading
        .entities
        .iter()
        .map(|entity| entity.value.as_str())
        .collect();
    let card = "[card ending 1111]";
    assert_eq!(values, [card, "FH-10423", "a@b.co", card]);
    assert!(!reading.fault.unwrap().to_string().contains("4111111"));
}

/// Pieces of which sentences with and without personal data are made.
const PIECES: [&str; 36] = [
    "4111 1111 1111 1111",
    "501800000009",
    "4222222222222",
    "DE89370400440532013000",
    "a@b.co",
    "07700 900123",
    "1234567",
    "054-28-6917",
    "054286917",
    "AB123456C",
    "12345678Z",
    "2341 2341 2346",
    "111222333",
    "[phone]",
    "[card ending 1111]",
    "[national id]",
    "card",
    "call",
    "phone",
    "ssn",
    "aadhaar",
    "bsn",
    "order",
    "tracking number",
    "office",
    "on 07-11-2025",
    "at 10:30",
    "£12.50",
    "[",
    "]",
    "-",
    ".",
    ",",
    "(",
    "5",
    "@",
];

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
        1 => "[0-9]{1,19}",
    ];
    let gap = prop::sample::select(vec!["", " ", " ", " ", ", ", "-", "\n"]);
    prop::collection::vec((piece, gap), 0..12)
        .prop_map(|pieces| pieces.into_iter().map(|(piece, gap)| piece + gap).collect())
}

fn any_masking() -> impl Strategy<Value = Masking> {
    let any = || prop::sample::select(vec![Treatment::Mask, Treatment::Keep]);
    (any(), any(), any(), any(), any()).prop_map(|(card, iban, national_id, email, phone)| Masking {
        card,
        iban,
        national_id,
        email,
        phone,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn masking_twice_changes_nothing(text in any_text(), masking in any_masking()) {
        let once = masking.mask(&text);
        prop_assert_eq!(masking.mask(&once), once);
    }

    #[test]
    fn what_has_no_digit_and_no_at_sign_stays(text in "[^0-9@]{0,60}") {
        prop_assert_eq!(Masking::ALL.mask(&text), text);
    }

    #[test]
    fn places_are_in_order_and_apart(text in any_text(), masking in any_masking()) {
        let found = masking.find(&text);
        for pair in found.windows(2) {
            prop_assert!(pair[0].range.end <= pair[1].range.start);
        }
        for found in found {
            prop_assert!(!text[found.range].is_empty());
        }
    }
}
