//! Amounts, always whole pence, and how they are said. Pure.

/// `£1,299.00`
pub(crate) fn pounds(pence: i64) -> String {
    let (whole, rest) = ((pence / 100).to_string(), pence % 100);
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("£{grouped}.{rest:02}")
}
