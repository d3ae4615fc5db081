//! What browsers do with buckets: by presigned URLs, across origins, and by way of a distribution.

use std::time::Duration;

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_smithy_async::time::TimeSource;
use axum::body::Bytes;
use http::{Request, Response};

use super::toys_of;
use crate::World;
use crate::connector::{Connector, sdk_config};

const TEMPLATE: &str = r#"Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: provided.al2023, Timeout: 1}
Resources:
  Media:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: media
      CorsConfiguration:
        CorsRules: [{AllowedOrigins: ["https://shop.test"], AllowedMethods: [PUT], AllowedHeaders: [content-type]}]
  Distribution:
    Type: AWS::CloudFront::Distribution
    Properties:
      DistributionConfig:
        Enabled: true
        Origins: [{Id: media, DomainName: !GetAtt Media.RegionalDomainName, OriginAccessControlId: !GetAtt Access.Id}]
  Access: {Type: "AWS::CloudFront::OriginAccessControl", Properties: {}}
  MediaPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Media
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: {Service: cloudfront.amazonaws.com}
            Action: s3:GetObject
            Resource: !Sub "${Media.Arn}/images/*"
            Condition:
              StringEquals: {aws:SourceArn: !Sub "arn:aws:cloudfront::${AWS::AccountId}:distribution/${Distribution}"}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: target/lambda/worker
      Policies: [{Statement: [{Effect: Allow, Action: s3:PutObject, Resource: !Sub "${Media.Arn}/uploads/*"}]}]
"#;

const HOST: &str = "s3.localhost:8080";

/// A URL by which `function` lets somebody put three bytes under `key`.
async fn signed_by(world: &World, function: &str, key: &str) -> PresignedRequest {
    let parts = world.parts();
    let connector =
        Connector::new(parts.engines.clone(), world.stack(), function, parts.faults.clone(), std::sync::Arc::default());
    let config = sdk_config(connector, world.clock());
    let config = aws_sdk_s3::config::Builder::from(&config).endpoint_url(format!("http://{HOST}"));
    let client = aws_sdk_s3::Client::from_conf(config.force_path_style(true).build());
    let put = client.put_object().bucket("media").key(key).content_type("image/png").content_length(3);
    let now = TimeSource::now(world.clock());
    let how = PresigningConfig::builder().start_time(now).expires_in(Duration::from_secs(60)).build().unwrap();
    put.presigned(how).await.unwrap()
}

async fn send(world: &World, signed: &PresignedRequest, body: &'static str, more: &[(&str, &str)]) -> Response<Bytes> {
    let path = signed.uri().split_once(HOST).unwrap().1;
    let mut request = Request::builder().method(signed.method()).uri(path).header("host", HOST);
    for (name, value) in more.iter().copied().chain([("content-type", "image/png")]) {
        if !request.headers_ref().unwrap().contains_key(name) {
            request = request.header(name, value);
        }
    }
    if request.headers_ref().unwrap().get("content-length").is_none() {
        request = request.header("content-length", body.len());
    }
    world.visit(request.body(Bytes::from_static(body.as_bytes())).unwrap(), [127, 0, 0, 1].into()).await
}

#[tokio::test]
async fn an_upload_is_of_the_type_and_the_size_that_were_signed() {
    let (world, _) = toys_of(TEMPLATE);
    let signed = signed_by(&world, "Worker", "uploads/a").await;
    for (body, more) in [
        ("four", &[][..]),
        ("42", &[]),
        ("abc", &[("content-type", "text/html")]),
        ("abc", &[("x-amz-acl", "public-read")]),
        ("four", &[("content-length", "3")]),
    ] {
        let refused = send(&world, &signed, body, more).await;
        assert!(refused.status().is_client_error(), "{body} {more:?}: {refused:?}");
    }
    assert!(world.engines().s3.objects("media").unwrap().is_empty());
    let taken = send(&world, &signed, "abc", &[]).await;
    assert_eq!(taken.status(), 200, "{taken:?}");
    assert_eq!(world.engines().s3.objects("media").unwrap()["uploads/a"], b"abc");
}

#[tokio::test]
async fn a_url_is_good_for_what_its_signer_may_do() {
    let (world, _) = toys_of(TEMPLATE);
    for (function, key) in [("Worker", "images/a"), ("Nobody", "uploads/a")] {
        let signed = signed_by(&world, function, key).await;
        let refused = send(&world, &signed, "abc", &[]).await;
        assert_eq!(refused.status(), 403, "{function} {key}: {refused:?}");
    }
    let refused = world.recorder().refused();
    assert!(refused.iter().any(|one| one.function == "Worker" && one.resource == "arn:aws:s3:::media/images/a"));
}

#[tokio::test]
async fn pages_of_admitted_origins_alone_may_upload() {
    let (world, _) = toys_of(TEMPLATE);
    let signed = signed_by(&world, "Worker", "uploads/a").await;
    let path = signed.uri().split_once(HOST).unwrap().1;
    for (origin, admitted) in [("https://shop.test", true), ("https://evil.test", false)] {
        let asks = Request::options(path).header("host", HOST).header("origin", origin);
        let asks = asks.header("access-control-request-method", "PUT").body(Bytes::new()).unwrap();
        let answer = world.visit(asks, [127, 0, 0, 1].into()).await;
        assert_eq!(answer.headers().contains_key("access-control-allow-origin"), admitted, "{origin}: {answer:?}");
        let answer = send(&world, &signed, "abc", &[("origin", origin)]).await;
        assert_eq!(answer.headers().contains_key("access-control-allow-origin"), admitted, "{origin}: {answer:?}");
    }
}

#[tokio::test]
async fn a_distribution_shows_what_the_buckets_policy_lets_it_read() {
    let (world, _) = toys_of(TEMPLATE);
    let client = world.operator("Worker").unwrap().aws.s3();
    for key in ["images/a.png", "uploads/b"] {
        let put = client.put_object().bucket("media").key(key).content_type("image/png").cache_control("immutable");
        put.body(b"abc".to_vec().into()).send().await.unwrap();
    }
    let seen = async |path: &str| {
        let asks = Request::get(path).header("host", "127.0.0.1:8080").body(Bytes::new()).unwrap();
        world.visit(asks, [127, 0, 0, 1].into()).await
    };
    let shown = seen("/dev/media/images/a.png").await;
    assert_eq!((shown.status().as_u16(), &shown.body()[..]), (200, &b"abc"[..]));
    assert_eq!(shown.headers()["content-type"], "image/png");
    assert_eq!(shown.headers()["cache-control"], "immutable");
    for path in ["/dev/media/uploads/b", "/dev/media/images/../uploads/b", "/dev/media/images/%2e%2e/uploads/b"] {
        assert_eq!(seen(path).await.status(), 403, "{path}");
    }
    assert_eq!(seen("/dev/media/images/none.png").await.status(), 404);
}
