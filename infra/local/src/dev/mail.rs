//! The mailbox: every mail and message that the shop "sent", newest first.

use serde_json::{Value, json};

use super::html::{Escaped, frame, linked, shown};
use crate::engines::{Channel, Mail};

/// Links in a mail open beside the mailbox, and nothing in it runs.
const SANDBOX: &str = "allow-popups allow-popups-to-escape-sandbox";

/// The mailbox as a page.
pub(super) fn page(mails: &[Mail]) -> String {
    if mails.is_empty() {
        return frame("Mailbox", "<p class=\"empty\">Nothing has been sent yet. Register, or forget a password.</p>");
    }
    let mut body = String::from("<nav>newest first · <a href=\"/dev/mail.json\">as JSON</a></nav>");
    for (nth, mail) in mails.iter().rev().enumerate() {
        body.push_str(&article(mail, nth == 0));
    }
    frame("Mailbox", &body)
}

fn article(mail: &Mail, open: bool) -> String {
    let kind = match mail.channel {
        Channel::Email => "",
        Channel::Sms => "SMS ",
        Channel::Push => "Push ",
    };
    let title = if mail.subject.is_empty() { "(no subject)" } else { &mail.subject };
    let html = mail.html.as_ref().map_or_else(String::new, |html| {
        let document = format!("<base target=\"_blank\">{html}");
        format!(
            "<iframe sandbox=\"{SANDBOX}\" title=\"{}\" srcdoc=\"{}\"></iframe>",
            Escaped(title),
            Escaped(&document)
        )
    });
    format!(
        "<article><details{open}><summary><b>{title}</b><span>{kind}to {to}</span><span>{at}</span></summary>\
         <pre>{text}</pre>{html}</details></article>",
        open = if open { " open" } else { "" },
        title = Escaped(title),
        to = Escaped(&mail.to.join(", ")),
        at = Escaped(&shown(mail.at)),
        text = linked(&mail.text),
    )
}

/// The mailbox as JSON, newest first as well.
pub(super) fn json(mails: &[Mail]) -> Value {
    json!({"items": mails.iter().rev().collect::<Vec<_>>()})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(subject: &str, text: &str, html: Option<&str>) -> Mail {
        Mail {
            id: "1".to_owned(),
            at: "2026-01-01T00:00:00Z".parse().unwrap(),
            channel: Channel::Email,
            from: "shop@holdfast.test".to_owned(),
            to: vec!["ada@example.test".to_owned()],
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: html.map(str::to_owned),
            tags: std::collections::BTreeMap::new(),
            headers: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn a_mail_cannot_leave_its_frame() {
        let evil = mail("<script>1</script>", "</pre><script>2</script>", Some("\"><script>3</script>"));
        let page = page(&[evil]);
        assert!(!page.contains("<script>"), "{page}");
        assert!(page.contains("srcdoc=\"&lt;base target=&quot;_blank&quot;&gt;&quot;&gt;&lt;script&gt;"), "{page}");
    }

    #[test]
    fn the_newest_comes_first_and_open() {
        let page = page(&[mail("old", "a", None), mail("new", "http://shop.test/verify?token=1", None)]);
        assert!(page.find("new").unwrap() < page.find(">old<").unwrap());
        assert_eq!(page.matches("<details open>").count(), 1);
        assert!(page.contains("<a href=\"http://shop.test/verify?token=1\""), "{page}");
        assert!(super::page(&[]).contains("Nothing has been sent yet"));
    }

    #[test]
    fn the_list_has_the_newest_first_too() {
        let list = json(&[mail("old", "a", None), mail("new", "b", None)]);
        assert_eq!(list["items"][0]["subject"], "new");
        assert_eq!(list["items"][1]["to"][0], "ada@example.test");
    }
}
