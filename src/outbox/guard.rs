//! Where webhooks may go: a public address over https, unless the operator allows more. It keeps whoever may
//! register an endpoint from reaching the inside of the network (server-side request forgery). Pure; knows nothing
//! of sending. A name's addresses are judged each time it is looked up, because they can change in between.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use reqwest::Url;
use serde::Deserialize;
use thiserror::Error;

const URL_BYTES_MAX: usize = 2000;

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Allows `http://` too; its port has to be in `ports` like any other.
    pub allow_http: bool,
    /// Ports that may be called; empty allows all.
    pub ports: Vec<u16>,
    /// Networks that may be called although they are not public: `10.1.0.0/16`, `fd00::/8`, `127.0.0.1`.
    pub networks: Vec<Network>,
}

impl Default for Options {
    fn default() -> Self {
        Self { allow_http: false, ports: vec![443, 8443], networks: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    #[error("the webhook URL has {0} bytes; give at most {URL_BYTES_MAX}")]
    TooLong(usize),
    #[error("the webhook URL cannot be read: {0}; give one like https://example.com/firstline")]
    Invalid(String),
    #[error("the webhook URL starts with {0}://; give https:// (plain http can be allowed by `allow_http`)")]
    Scheme(String),
    #[error("the webhook URL holds a user name or password; leave it out, each call is signed")]
    Credentials,
    #[error("the webhook URL names port {0}, which is not among the allowed `ports`")]
    Port(u16),
    #[error("{host} is at {address}, which is not a public address; it can be allowed by `networks`")]
    Private { host: String, address: IpAddr },
    #[error("{0} has no address; correct the host name of the webhook URL")]
    NoAddress(String),
}

/// All that can be said of a URL without looking its host up. To be asked when an endpoint is registered, and
/// again before every attempt.
pub fn check_url(text: &str, options: &Options) -> Result<Url, UrlError> {
    if text.len() > URL_BYTES_MAX {
        return Err(UrlError::TooLong(text.len()));
    }
    let url = Url::parse(text).map_err(|error| UrlError::Invalid(error.to_string()))?;
    if !(url.scheme() == "https" || (url.scheme() == "http" && options.allow_http)) {
        return Err(UrlError::Scheme(url.scheme().to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlError::Credentials);
    }
    let port = url.port_or_known_default().unwrap_or_default();
    if !(options.ports.is_empty() || options.ports.contains(&port)) {
        return Err(UrlError::Port(port));
    }
    // By now `0x7f.1` and other spellings of an address are written in the usual way; IPv6 stands in brackets.
    let host = url.host_str().unwrap_or_default();
    if let Ok(address) = host.trim_matches(['[', ']']).parse() {
        admit(host, [address], options)?;
    }
    Ok(url)
}

/// The addresses of `host` that may be called; an error when there is none.
pub fn admit(
    host: &str,
    addresses: impl IntoIterator<Item = IpAddr>,
    options: &Options,
) -> Result<Vec<IpAddr>, UrlError> {
    let mut refused = None;
    let mut admitted = Vec::new();
    for address in addresses {
        if may_call(address, options) {
            admitted.push(address);
        } else {
            refused = Some(address);
        }
    }
    match refused {
        _ if !admitted.is_empty() => Ok(admitted),
        Some(address) => Err(UrlError::Private { host: host.to_owned(), address }),
        None => Err(UrlError::NoAddress(host.to_owned())),
    }
}

fn may_call(address: IpAddr, options: &Options) -> bool {
    let address = unwrapped(address);
    let public = match address {
        IpAddr::V4(_) => !NOT_PUBLIC_V4.iter().any(|network| network.contains(address)),
        IpAddr::V6(_) => {
            GLOBAL_UNICAST_V6.contains(address) && !NOT_PUBLIC_V6.iter().any(|network| network.contains(address))
        }
    };
    public || options.networks.iter().any(|network| network.contains(address))
}

/// The IPv4 address inside an IPv4-mapped (`::ffff:0:0/96`) or NAT64 (`64:ff9b::/96`) one.
fn unwrapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) if MAPPED.contains(address) || NAT64.contains(address) => {
            let [.., a, b, c, d] = v6.octets();
            IpAddr::V4(Ipv4Addr::new(a, b, c, d))
        }
        IpAddr::V4(_) | IpAddr::V6(_) => address,
    }
}

const MAPPED: Network = v6(0, 0, 0, 0, 0, 0xffff, 96);
const NAT64: Network = v6(0x64, 0xff9b, 0, 0, 0, 0, 96);

/// IANA IPv4 Special-Purpose Address Registry (not globally reachable), multicast, reserved, 6to4 relays.
const NOT_PUBLIC_V4: [Network; 16] = [
    v4(0, 0, 0, 0, 8),
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10),
    v4(127, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(172, 16, 0, 0, 12),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(192, 168, 0, 0, 16),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
    v4(255, 255, 255, 255, 32),
];

/// All that IANA gives out as global unicast; loopback, link-local, unique local and multicast lie outside.
const GLOBAL_UNICAST_V6: Network = v6(0x2000, 0, 0, 0, 0, 0, 3);

/// Inside global unicast: protocol assignments with Teredo, documentation, and 6to4, which carries IPv4 addresses.
const NOT_PUBLIC_V6: [Network; 4] = [
    v6(0x2001, 0, 0, 0, 0, 0, 23),
    v6(0x2001, 0xdb8, 0, 0, 0, 0, 32),
    v6(0x2002, 0, 0, 0, 0, 0, 16),
    v6(0x3fff, 0, 0, 0, 0, 0, 20),
];

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Network {
    Network { address: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix }
}

#[expect(clippy::too_many_arguments, reason = "an IPv6 network is written as its parts")]
const fn v6(a: u16, b: u16, c: u16, d: u16, e: u16, f: u16, prefix: u8) -> Network {
    Network { address: IpAddr::V6(Ipv6Addr::new(a, b, c, d, e, f, 0, 0)), prefix }
}

/// A block of addresses: `10.1.0.0/16`; without `/`, one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a network; give one like 10.1.0.0/16, fd00::/8 or 127.0.0.1")]
pub struct InvalidNetwork(String);

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        // A shift by all bits is `None`: a prefix of 0 holds every address.
        let prefix = u32::from(self.prefix);
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                (own.to_bits() ^ other.to_bits()).checked_shr(32 - prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                (own.to_bits() ^ other.to_bits()).checked_shr(128 - prefix).unwrap_or(0) == 0
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let invalid = || InvalidNetwork(text.to_owned());
        let (address, prefix) = text.split_once('/').map_or((text, None), |(a, prefix)| (a, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).map_err(|_| invalid())?;
        if prefix > longest { Err(invalid()) } else { Ok(Self { address, prefix }) }
    }
}

impl TryFrom<String> for Network {
    type Error = InvalidNetwork;

    fn try_from(text: String) -> Result<Self, InvalidNetwork> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `check_url` says, in one word; for addresses, whether they are admitted.
    fn said(url: &str, options: &Options) -> &'static str {
        match check_url(url, options) {
            Ok(_) => "fine",
            Err(UrlError::TooLong(_)) => "long",
            Err(UrlError::Invalid(_)) => "invalid",
            Err(UrlError::Scheme(_)) => "scheme",
            Err(UrlError::Credentials) => "credentials",
            Err(UrlError::Port(_)) => "port",
            Err(UrlError::Private { .. } | UrlError::NoAddress(_)) => "private",
        }
    }

    #[test]
    fn urls_are_judged_as_written() {
        for (url, expected) in [
            ("https://example.com", "fine"),
            ("https://example.com/hooks?source=firstline#x", "fine"),
            ("https://example.com:443/", "fine"),
            ("https://example.com:8443/", "fine"),
            ("HTTPS://EXAMPLE.COM/", "fine"),
            ("https://bücher.example/", "fine"),
            ("https://93.184.215.14/", "fine"),
            ("https://[2606:4700:4700::1111]/", "fine"),
            // A name is judged when it is looked up.
            ("https://localhost/", "fine"),
            ("https://localhost./", "fine"),
            ("http://example.com/", "scheme"),
            ("ftp://example.com/", "scheme"),
            ("file:///etc/passwd", "scheme"),
            ("gopher://127.0.0.1:6379/_FLUSHALL", "scheme"),
            ("javascript:alert(1)", "scheme"),
            ("data:text/plain,hi", "scheme"),
            ("", "invalid"),
            ("example.com/hooks", "invalid"),
            ("//example.com", "invalid"),
            ("https://", "invalid"),
            ("https://exa mple.com/", "invalid"),
            ("https://example.com:99999/", "invalid"),
            ("https://[fe80::1%25eth0]/", "invalid"),
            ("https://[fe80::1%eth0]/", "invalid"),
            ("https://256.256.256.256/", "invalid"),
            ("https://user@example.com/", "credentials"),
            ("https://user:secret@example.com/", "credentials"),
            ("https://:secret@example.com/", "credentials"),
            ("https://example.com@127.0.0.1/", "credentials"),
            ("https://example.com:80/", "port"),
            ("https://example.com:22/", "port"),
            ("https://example.com:6379/", "port"),
            ("https://example.com:0/", "port"),
            ("https://127.0.0.1:9200/", "port"),
            ("https://127.0.0.1/", "private"),
            ("https://127.1/", "private"),
            ("https://0x7f.1/", "private"),
            ("https://0x7f000001/", "private"),
            ("https://2130706433/", "private"),
            ("https://017700000001/", "private"),
            ("https://0177.0.0.1/", "private"),
            ("https://127.0.0.1./", "private"),
            ("https://１２７.０.０.１/", "private"),
            ("https://127。0。0。1/", "private"),
            ("https://0/", "private"),
            ("https:\\\\127.0.0.1\\", "private"),
            ("https:127.0.0.1", "private"),
            ("https://169.254.169.254/latest/meta-data/", "private"),
            ("https://2852039166/", "private"),
            ("https://[::1]/", "private"),
            ("https://[::]/", "private"),
            ("https://[::ffff:127.0.0.1]/", "private"),
            ("https://[::ffff:7f00:1]/", "private"),
            ("https://[64:ff9b::169.254.169.254]/", "private"),
            ("https://[fd00:ec2::254]/", "private"),
        ] {
            assert_eq!(said(url, &Options::default()), expected, "{url}");
        }
        assert_eq!(said(&format!("https://example.com/{}", "x".repeat(2000)), &Options::default()), "long");
    }

    #[test]
    fn only_public_addresses_are_admitted() {
        let refused = "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255 \
            169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.170 192.0.2.1 192.88.99.1 \
            192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.255 \
            240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:10.0.0.1 ::ffff:0:10.0.0.1 64:ff9b::10.0.0.1 \
            64:ff9b:1::1 100::1 2001::1 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1::1 2002:a00:1::1 \
            3fff::1 4000::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 febf::1 fec0::1 ff02::1 ff0e::1";
        let admitted = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 \
            169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 \
            198.20.0.0 223.255.255.255 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2001:200::1 2001:4860:4860::8888 2003::1 \
            2606:4700::1111 2a00:1450::1 3ffe::1";
        for (list, expected) in [(refused, false), (admitted, true)] {
            for text in list.split_whitespace() {
                let address = text.parse().unwrap();
                assert_eq!(admit("host", [address], &Options::default()).is_ok(), expected, "{text}");
            }
        }
    }

    #[test]
    fn the_operator_can_allow_more() {
        let options = Options {
            allow_http: true,
            ports: Vec::new(),
            networks: ["10.1.0.0/16", "127.0.0.1", "fd00::/8"].map(|text| text.parse().unwrap()).to_vec(),
        };
        for (url, expected) in [
            ("http://10.1.2.3:3000/", "fine"),
            ("http://127.0.0.1:8080/", "fine"),
            ("http://[::ffff:10.1.2.3]/", "fine"),
            ("http://[fd00::1]:9/", "fine"),
            ("http://10.2.0.1/", "private"),
            ("http://127.0.0.2/", "private"),
            ("http://[fc00::1]/", "private"),
            ("http://user@10.1.2.3/", "credentials"),
        ] {
            assert_eq!(said(url, &options), expected, "{url}");
        }
        let everything = Options { networks: vec!["0.0.0.0/0".parse().unwrap()], ..options };
        assert_eq!(said("http://192.168.1.1/", &everything), "fine");
    }

    #[test]
    fn of_mixed_addresses_only_the_public_are_kept() {
        let found = ["10.0.0.1", "8.8.8.8", "::1"].map(|text| text.parse::<IpAddr>().unwrap());
        assert_eq!(admit("host", found, &Options::default()).unwrap(), [found[1]]);
        let nothing = admit("host", [], &Options::default());
        assert_eq!(nothing.unwrap_err(), UrlError::NoAddress("host".to_owned()));
        let error = admit("db.internal", [found[0]], &Options::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "db.internal is at 10.0.0.1, which is not a public address; it can be allowed by `networks`"
        );
    }

    #[test]
    fn networks_are_parsed_and_bounded() {
        for text in ["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "localhost", "10.0.0.0/8/8"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
        let everything: Network = "::/0".parse().unwrap();
        assert!(everything.contains("fe80::1".parse().unwrap()) && !everything.contains("1.1.1.1".parse().unwrap()));
    }
}
