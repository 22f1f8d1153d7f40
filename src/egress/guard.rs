//! Where calls may go: a public address over https, unless the operator allows more. It keeps whoever names a URL, or
//! answers for a name, from reaching the inside of the network (server-side request forgery). Pure; knows nothing of
//! sending. A name's addresses are judged each time it is looked up, because they can change in between.

use std::net::IpAddr;

use ipnet::IpNet;
use reqwest::Url;
use serde::Deserialize;
use thiserror::Error;

use crate::egress::network;

const URL_BYTES_MAX: usize = 2000;

#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Options {
    /// Allows `http://` too; its port has to be in `ports` like any other.
    pub allow_http: bool,
    /// Ports that may be called; empty allows all.
    pub ports: Vec<u16>,
    /// Networks that may be called although they are not public: `10.1.0.0/16`, `fd00::/8`, `127.0.0.1/32`.
    pub networks: Vec<IpNet>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            allow_http: false,
            ports: vec![443, 8443],
            networks: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UrlError {
    #[error("the URL has {0} bytes; give at most {URL_BYTES_MAX}")]
    TooLong(usize),
    #[error("the URL cannot be read: {0}; give one like https://example.com/firstline")]
    Invalid(String),
    #[error("the URL starts with {0}://; give https:// (plain http can be allowed by `allow_http`)")]
    Scheme(String),
    #[error("the URL holds a user name or password; leave it out, secrets do not belong in a URL")]
    Credentials,
    #[error("the URL names port {0}, which is not among the allowed `ports`")]
    Port(u16),
    #[error("{host} is at {address}, which is not a public address; it can be allowed by `networks`")]
    Private { host: String, address: IpAddr },
    #[error("{0} has no address; correct the host name of the URL")]
    NoAddress(String),
}

/// All that can be said of a URL without looking its host up. To be asked when a URL is taken in; before every call
/// the client asks again.
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
        Some(address) => Err(UrlError::Private {
            host: host.to_owned(),
            address,
        }),
        None => Err(UrlError::NoAddress(host.to_owned())),
    }
}

fn may_call(address: IpAddr, options: &Options) -> bool {
    let address = network::unwrapped(address);
    network::is_public(address) || options.networks.iter().any(|network| network.contains(&address))
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
        assert_eq!(
            said(
                &format!("https://example.com/{}", "x".repeat(2000)),
                &Options::default()
            ),
            "long"
        );
    }

    #[test]
    fn the_operator_can_allow_more() {
        let options = Options {
            allow_http: true,
            ports: Vec::new(),
            networks: ["10.1.0.0/16", "127.0.0.1/32", "fd00::/8"]
                .map(|text| text.parse().unwrap())
                .to_vec(),
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
        let everything = Options {
            networks: vec!["0.0.0.0/0".parse().unwrap()],
            ..options
        };
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
}
