//! Files that people upload to Discord, fetched from where Discord keeps them and from nowhere else.

use crate::ports::roster_files::{FetchError, UploadedFiles};
use reqwest::redirect::Policy;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A file of a few megabytes that takes longer will not come.
const FETCH_TIME: Duration = Duration::from_secs(20);

/// Fetches from certain origins.
#[derive(Clone, Debug, Default)]
pub struct Uploads {
    /// Made when it is first needed: few invocations fetch anything.
    http: Arc<OnceLock<reqwest::Client>>,
    origins: Vec<reqwest::Url>,
}

impl Uploads {
    /// Files of these origins (`https://cdn.discordapp.com`); what is no address is passed over.
    #[must_use]
    pub fn new(origins: &[String]) -> Self {
        let origins = origins
            .iter()
            .filter_map(|origin| reqwest::Url::parse(origin).ok());
        Self {
            http: Arc::default(),
            origins: origins.collect(),
        }
    }

    fn client(&self) -> Result<reqwest::Client, reqwest::Error> {
        if let Some(client) = self.http.get() {
            return Ok(client.clone());
        }
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .timeout(FETCH_TIME)
            .build()?;
        Ok(self.http.get_or_init(|| client).clone())
    }

    /// The address, if its scheme, host and port are those of an origin and nobody logs in with it.
    fn allowed(&self, url: &str) -> Option<reqwest::Url> {
        let url = reqwest::Url::parse(url).ok()?;
        let plain = url.username().is_empty() && url.password().is_none();
        let known = self.origins.iter().any(|origin| origin.origin() == url.origin());
        (plain && known).then_some(url)
    }
}

impl UploadedFiles for Uploads {
    async fn fetch(&self, url: &str, max_bytes: usize) -> Result<Vec<u8>, FetchError> {
        let url = self.allowed(url).ok_or(FetchError::Foreign)?;
        let unavailable = |error: reqwest::Error| FetchError::Unavailable(error.without_url().to_string());
        let client = self.client().map_err(unavailable)?;
        let mut response = client.get(url).send().await.map_err(unavailable)?;
        match response.status().as_u16() {
            200 => {}
            status @ (408 | 429 | 500..) => return Err(FetchError::Unavailable(format!("HTTP {status}"))),
            status => return Err(FetchError::Gone(status)),
        }
        let too_large = |bytes: usize| bytes > max_bytes;
        if response
            .content_length()
            .is_some_and(|told| usize::try_from(told).map_or(true, too_large))
        {
            return Err(FetchError::TooLarge);
        }
        let mut bytes = Vec::new();
        while let Some(part) = response.chunk().await.map_err(unavailable)? {
            if too_large(bytes.len() + part.len()) {
                return Err(FetchError::TooLarge);
            }
            bytes.extend_from_slice(&part);
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wiremock::matchers::path;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    #[test]
    fn only_discords_own_addresses_are_fetched_from() {
        let uploads = Uploads::new(&["https://cdn.discordapp.com".to_owned()]);
        assert!(
            uploads
                .allowed("https://cdn.discordapp.com/attachments/1/2/a.csv?ex=1")
                .is_some()
        );
        for url in [
            "http://cdn.discordapp.com/a.csv",
            "https://cdn.discordapp.com:8443/a.csv",
            "https://cdn.discordapp.com.evil.example/a.csv",
            "https://cdn.discordapp.com@evil.example/a.csv",
            "https://user@cdn.discordapp.com/a.csv",
            "https://evil.example/cdn.discordapp.com",
            "http://169.254.169.254/latest/meta-data",
            "file:///etc/passwd",
            "cdn.discordapp.com/a.csv",
            "",
        ] {
            assert!(uploads.allowed(url).is_none(), "{url}");
        }
    }

    #[tokio::test]
    async fn size_redirects_and_errors_are_judged() {
        let server = MockServer::start().await;
        let answers = [
            ("/good", ResponseTemplate::new(200).set_body_bytes(vec![7; 10])),
            ("/large", ResponseTemplate::new(200).set_body_bytes(vec![7; 11])),
            (
                "/away",
                ResponseTemplate::new(302).insert_header("location", "http://127.0.0.1:1/"),
            ),
            ("/gone", ResponseTemplate::new(404)),
            ("/busy", ResponseTemplate::new(503)),
        ];
        for (at, answer) in answers {
            Mock::given(path(at)).respond_with(answer).mount(&server).await;
        }
        let uploads = Uploads::new(&[server.uri()]);
        let fetch = |at: &str| {
            let (uploads, url) = (uploads.clone(), format!("{}{at}", server.uri()));
            async move { uploads.fetch(&url, 10).await }
        };
        assert_eq!(fetch("/good").await, Ok(vec![7; 10]));
        assert_eq!(fetch("/large").await, Err(FetchError::TooLarge));
        assert_eq!(fetch("/away").await, Err(FetchError::Gone(302)));
        assert_eq!(fetch("/gone").await, Err(FetchError::Gone(404)));
        assert_eq!(
            fetch("/busy").await,
            Err(FetchError::Unavailable("HTTP 503".to_owned()))
        );
        assert_eq!(
            uploads.fetch("http://127.0.0.1:1/good", 10).await,
            Err(FetchError::Foreign)
        );
    }
}
