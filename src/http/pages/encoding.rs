//! In which form a file is sent: compressed when it was built, never while somebody waits.

use axum::http::{HeaderMap, header};

use crate::http::pages::PageFile;

/// The smaller one first: as `Accept-Encoding` names it, and how the names of such files end.
const COMPRESSED: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// The first form that the caller takes and `find` has, by the ending; the plain file is taken by everyone.
pub(crate) fn best(
    headers: &HeaderMap,
    find: impl Fn(&str) -> Option<PageFile>,
) -> Option<(Option<&'static str>, PageFile)> {
    let compressed = COMPRESSED
        .into_iter()
        .filter(|(name, _)| accepts(headers, name))
        .find_map(|(name, ending)| Some((Some(name), find(ending)?)));
    compressed.or_else(|| Some((None, find("")?)))
}

/// By `Accept-Encoding` of RFC 9110: a list of names, each with a weight if it likes; weight 0 means no.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let mut any = false;
    for offer in values.flat_map(|value| value.split(',')) {
        let mut parts = offer.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        let wanted = weight.is_none_or(|weight| weight > 0.0);
        if name.eq_ignore_ascii_case(encoding) {
            return wanted;
        }
        any |= name == "*" && wanted;
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_of_zero_is_a_refusal_and_a_star_stands_for_the_rest() {
        for (value, expected) in [
            ("", false),
            ("gzip, br", true),
            ("gzip;q=0.5, BR;q=1.0", true),
            ("gzip", false),
            ("br;q=0, gzip", false),
            ("br; q=0.000, *", false),
            ("*", true),
            ("*;q=0", false),
            ("brotli", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, value.parse().unwrap());
            assert_eq!(accepts(&headers, "br"), expected, "{value}");
        }
        assert!(!accepts(&HeaderMap::new(), "br"));
    }
}
