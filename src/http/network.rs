//! Finding a caller's address behind trusted proxies. Pure.

use std::net::IpAddr;

use ipnet::IpNet;

/// Who really calls: the connected peer or, where that is a trusted proxy, the last address in `X-Forwarded-For`
/// that is not one. What stands before it was written by the caller and proves nothing.
pub(crate) fn client_address(peer: IpAddr, forwarded_for: &str, trusted: &[IpNet]) -> IpAddr {
    let is_proxy = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let mut client = peer.to_canonical();
    for hop in forwarded_for.rsplit(',') {
        if !is_proxy(client) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(address) => client = address.to_canonical(),
            Err(_) => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        for (peer, forwarded_for, client) in [
            ("9.9.9.9", "1.2.3.4", "9.9.9.9"),
            ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
            ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "1.2.3.4, nonsense", "10.0.0.1"),
        ] {
            let found = client_address(peer.parse().unwrap(), forwarded_for, &trusted);
            assert_eq!(found, client.parse::<IpAddr>().unwrap(), "{peer} {forwarded_for}");
        }
    }
}
