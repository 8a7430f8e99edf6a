//! Percent-encoding of paths, queries and header values.

/// URL-encodes UTF-8 text: everything but RFC 3986's unreserved characters.
pub(super) fn percent_encode(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(percent_encode("aZ9-._~"), "aZ9-._~");
        assert_eq!(percent_encode("a/b?c#d e%\r\n"), "a%2Fb%3Fc%23d%20e%25%0D%0A");
        assert_eq!(percent_encode("Zoë 🏁"), "Zo%C3%AB%20%F0%9F%8F%81");
    }
}
