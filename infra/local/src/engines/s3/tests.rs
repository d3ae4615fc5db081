use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use axum::body::Bytes;
use http::{Request, Response};

use crate::engines::Engines;
use crate::engines::testing::{queue_arn, world};

fn client(config: &aws_types::SdkConfig) -> Client {
    let config = aws_sdk_s3::config::Builder::from(config).endpoint_url("http://s3.localhost:8080");
    Client::from_conf(config.force_path_style(true).build())
}

fn for_a_minute(engines: &Engines) -> PresigningConfig {
    let now = aws_smithy_async::time::TimeSource::now(&engines.clock);
    PresigningConfig::builder().start_time(now).expires_in(Duration::from_secs(60)).build().unwrap()
}

async fn browse(engines: &Engines, presigned: &PresignedRequest, body: &'static str) -> Response<Bytes> {
    let host = "s3.localhost:8080";
    let path = presigned.uri().split_once(host).unwrap().1;
    let mut request = Request::builder().method(presigned.method()).uri(path).header("host", host);
    for (name, value) in presigned.headers() {
        request = request.header(name, value);
    }
    let request = request.header("content-length", body.len()).body(Bytes::from_static(body.as_bytes())).unwrap();
    engines.s3.serve(request, |_, _| Ok(())).await
}

#[tokio::test]
async fn a_browser_puts_and_gets_by_presigned_urls() {
    let (engines, config) = world();
    let client = client(&config);
    let put = client.put_object().bucket("images").key("in/a b.png").content_type("image/png");
    let put = put.presigned(for_a_minute(&engines)).await.unwrap();
    let answer = browse(&engines, &put, "pixels").await;
    assert_eq!(answer.status(), 200, "{answer:?}");
    let get = client.get_object().bucket("images").key("in/a b.png").presigned(for_a_minute(&engines)).await.unwrap();
    let answer = browse(&engines, &get, "").await;
    assert_eq!((answer.status().as_u16(), &answer.body()[..]), (200, &b"pixels"[..]));
    assert_eq!(answer.headers()["content-type"], "image/png");
    let event: serde_json::Value =
        serde_json::from_str(&engines.sqs.peek(&queue_arn("work")).unwrap().remove(0)).unwrap();
    let record = &event["Records"][0];
    assert_eq!(record["eventName"], "ObjectCreated:Put");
    assert_eq!(record["s3"]["bucket"]["name"], "images");
    assert_eq!(
        (record["s3"]["object"]["key"].as_str(), record["s3"]["object"]["size"].as_u64()),
        (Some("in/a%20b.png"), Some(6))
    );
}

#[tokio::test]
async fn a_url_ends_by_the_worlds_clock_and_is_good_for_what_was_signed_alone() {
    let (engines, config) = world();
    let client = client(&config);
    engines.s3.put("images", "k", b"x").unwrap();
    let get = client.get_object().bucket("images").key("k").presigned(for_a_minute(&engines)).await.unwrap();
    engines.clock.advance(Duration::from_secs(60));
    assert_eq!(browse(&engines, &get, "").await.status(), 200);
    engines.clock.advance(Duration::from_secs(1));
    let late = browse(&engines, &get, "").await;
    assert_eq!(late.status(), 403);
    assert!(String::from_utf8_lossy(late.body()).contains("Request has expired"));

    let get = client.get_object().bucket("images").key("k").presigned(for_a_minute(&engines)).await.unwrap();
    let path = get.uri().split_once("s3.localhost:8080").unwrap().1.to_owned();
    for (uri, method) in [
        (path.replace("/images/k?", "/images/l?"), "GET"),
        (path.clone(), "PUT"),
        (path.replace("X-Amz-Expires=60", "X-Amz-Expires=61"), "GET"),
        ("/images/k".to_owned(), "GET"),
    ] {
        let request = Request::builder().method(method).uri(&uri).header("host", "s3.localhost:8080");
        let answer = engines.s3.serve(request.body(Bytes::new()).unwrap(), |_, _| Ok(())).await;
        assert_eq!(answer.status(), 403, "{method} {uri}");
    }
}

#[tokio::test]
async fn functions_read_and_write_by_the_sdk() {
    let (engines, config) = world();
    let client = Client::new(&config);
    let body = aws_sdk_s3::primitives::ByteStream::from_static(b"report");
    client.put_object().bucket("images").key("out/r.txt").body(body).send().await.unwrap();
    let got = client.get_object().bucket("images").key("out/r.txt").send().await.unwrap();
    assert_eq!(&got.body.collect().await.unwrap().into_bytes()[..], b"report");
    let error = client.get_object().bucket("images").key("none").send().await.unwrap_err().into_service_error();
    assert!(error.is_no_such_key(), "{error:?}");
    let listed = client.list_objects_v2().bucket("images").send().await.unwrap();
    assert_eq!(listed.contents()[0].key(), Some("out/r.txt"));
    assert!(engines.sqs.peek(&queue_arn("work")).unwrap().is_empty(), "only in/ is heard of");
    client.delete_object().bucket("images").key("out/r.txt").send().await.unwrap();
    assert!(!engines.s3.objects("images").unwrap().contains_key("out/r.txt"));
}

#[test]
fn chunks_are_unwrapped() {
    let body = b"5;chunk-signature=x\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";
    assert_eq!(super::unchunked(body).as_deref(), Some(&b"hello!"[..]));
    assert_eq!(super::unchunked(b"5\r\nhel"), None);
}
