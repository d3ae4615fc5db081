use std::collections::BTreeMap;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag, RawMessage};

use super::Channel;
use crate::engines::testing::world;

fn text(of: &str) -> Content {
    Content::builder().data(of).build().unwrap()
}

fn simple() -> EmailContent {
    let body = Body::builder().text(text("plain")).html(text("<p>rich</p>")).build();
    EmailContent::builder().simple(Message::builder().subject(text("Hello")).body(body).build()).build()
}

async fn send(client: &Client, from: &str, content: EmailContent) -> Result<String, aws_sdk_sesv2::Error> {
    let tag = MessageTag::builder().name("event").value("evt_1").build().unwrap();
    let to = Destination::builder().to_addresses("buyer@example.test").build();
    let answer =
        client.send_email().from_email_address(from).destination(to).content(content).email_tags(tag).send().await?;
    Ok(answer.message_id.unwrap())
}

#[tokio::test]
async fn a_mail_lies_in_the_mailbox() {
    let (engines, config) = world();
    let client = Client::new(&config);
    let id = send(&client, "The Shop <SHOP@holdfast.test>", simple()).await.unwrap();
    let [mail] = &engines.mail.mailbox().unwrap()[..] else { panic!("one mail") };
    assert_eq!((&mail.id, mail.channel), (&id, Channel::Email));
    assert_eq!((mail.to[0].as_str(), mail.subject.as_str()), ("buyer@example.test", "Hello"));
    assert_eq!((mail.text.as_str(), mail.html.as_deref()), ("plain", Some("<p>rich</p>")));
    assert_eq!(mail.tags["event"], "evt_1");
}

#[tokio::test]
async fn a_raw_mail_is_read() {
    let (engines, config) = world();
    let raw = "From: shop@holdfast.test\r\nSubject: Raw\r\n\r\nHi\r\n";
    let raw = RawMessage::builder().data(Blob::new(raw)).build().unwrap();
    send(&Client::new(&config), "shop@holdfast.test", EmailContent::builder().raw(raw).build()).await.unwrap();
    let mail = engines.mail.mailbox().unwrap().remove(0);
    assert_eq!((mail.subject.as_str(), mail.text.trim()), ("Raw", "Hi"));
}

#[tokio::test]
async fn only_a_verified_sender_sends() {
    let (engines, config) = world();
    let client = Client::new(&config);
    let refused = send(&client, "other@elsewhere.test", simple()).await.unwrap_err();
    assert!(matches!(refused, aws_sdk_sesv2::Error::MessageRejected(_)), "{refused:?}");
    engines.mail.verify("Elsewhere.test");
    send(&client, "other@elsewhere.test", simple()).await.unwrap();
}

#[tokio::test]
async fn an_outage_is_an_error_and_ends() {
    let (engines, config) = world();
    let client = Client::new(&config);
    engines.mail.set_outage(true);
    assert!(send(&client, "shop@holdfast.test", simple()).await.is_err());
    engines.mail.set_outage(false);
    send(&client, "shop@holdfast.test", simple()).await.unwrap();
    assert_eq!(engines.mail.mailbox().unwrap().len(), 1);
}

#[test]
fn sns_publishes_to_a_telephone_or_a_topic() {
    let (engines, _) = world();
    let publish = |fields: &[(&str, &str)]| {
        let owned = fields.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        engines.mail.publish(&owned.collect::<BTreeMap<_, _>>())
    };
    publish(&[("PhoneNumber", "+4915112345678"), ("Message", "code 1")]).unwrap();
    publish(&[("TopicArn", "arn:t"), ("Message", "m"), ("Subject", "s")]).unwrap();
    for refused in [&[("PhoneNumber", "0151"), ("Message", "m")][..], &[("Message", "m")], &[("TopicArn", "arn:t")]] {
        assert_eq!(publish(refused).unwrap_err().code, "InvalidParameter");
    }
    let mails = engines.mail.mailbox().unwrap();
    let channels: Vec<_> = mails.iter().map(|mail| (mail.channel, mail.to[0].as_str())).collect();
    assert_eq!(channels, [(Channel::Sms, "+4915112345678"), (Channel::Push, "arn:t")]);
}
