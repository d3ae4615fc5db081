//! imports-run: reads an uploaded file row by row, and does what its rows say.
//!
//! A step is some rows, a report of them in the bucket, and the import's cursor behind them. Whatever breaks off is taken up
//! at the last step: rows that were done already change nothing then, and say so. Never more of a file is in memory than
//! a step's rows.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::{IpAddr, Ipv4Addr};

use aws_sdk_sqs::Client;
use aws_smithy_types::error::display::DisplayErrorContext;
use futures::StreamExt;
use holdfast_core::Sku;
use holdfast_dynamo::CommitError;
use holdfast_events::{ConsumeError, NewObject, ObjectConsumer, objects};
use holdfast_http::{Origin, Problem};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use jiff::SignedDuration;

use crate::domain::{Import, State, Taken};
use crate::events::Happened;
use crate::rows::{Directory, Format, Line, Outcome, Reader, Row, RowError, RowResult};
use crate::store::{Bucket, Catalog, Change, ImportItem, Shown, file_key, import_at, report_key};

/// How much of a file is asked for at once, in bytes.
const CHUNK: u64 = 256 * 1024;
/// The rows of a step.
const STEP: usize = 1_000;
/// The rows of a run, at a hundred a second done within the function's timeout; the rest is another run's.
const RUN: usize = 20_000;
/// How many products are worked on at once.
const AT_ONCE: usize = 8;
/// For so long a run has an import to itself: longer than the function's timeout.
const LEASE: SignedDuration = SignedDuration::from_mins(6);

/// Reads files.
#[derive(Clone, Debug)]
pub struct Importer {
    catalog: Catalog,
    bucket: Bucket,
    queues: Client,
    queue: String,
}

impl FromInit for Importer {
    async fn from_init(init: &Init) -> Result<Self, InitError> {
        let (catalog, bucket) = (Catalog::from_init(init).await?, Bucket::open(init, "MEDIA_BUCKET")?);
        Ok(Self { catalog, bucket, queues: init.aws.sqs(), queue: init.env.text("IMPORTS_QUEUE_URL")?.to_owned() })
    }
}

impl ObjectConsumer for Importer {
    async fn handle(&self, object: NewObject) -> Result<(), ConsumeError> {
        let id = import_at(&object.key).ok_or_else(|| poison("its key names no import"))?;
        let item = self.catalog.import(id).await?.ok_or_else(|| poison("nobody has announced such an import"))?;
        if item.import.is_over() {
            return Ok(());
        }
        let now = self.catalog.ambient.now();
        if item.import.taken.as_ref().is_some_and(|taken| taken.until > now) {
            return Err(ConsumeError::Retry("another run is at it".to_owned()));
        }
        let mut run = Run { importer: self, item, directory: self.directory().await?, seen: HashSet::new() };
        let until = now.saturating_add(LEASE).unwrap_or(now);
        run.item.import.taken = Some(Taken { by: self.catalog.ambient.id(), until });
        run.item.import.state = State::Running;
        run.save().await?;
        let is_over = run.go_on(object.bytes).await?;
        run.item.import.taken = None;
        run.save().await?;
        if is_over { Ok(()) } else { self.continues(&object).await }
    }
}

impl Importer {
    async fn directory(&self) -> Result<Directory, ConsumeError> {
        let tree = self.catalog.tree().await?.tree;
        Ok(Directory::of(tree.categories.into_iter().map(|category| (category.id, category.slug))))
    }

    /// The rest is another run's: told of in the words in which the bucket told of all of it.
    async fn continues(&self, object: &NewObject) -> Result<(), ConsumeError> {
        let message = self.queues.send_message().queue_url(&self.queue).message_body(object.message());
        let sent = message.send().await;
        sent.map(drop).map_err(|error| ConsumeError::Retry(DisplayErrorContext(error).to_string()))
    }
}

/// One run over a file.
struct Run<'a> {
    importer: &'a Importer,
    item: ImportItem,
    directory: Directory,
    /// Hashes of the SKUs that stand further up.
    seen: HashSet<u64>,
}

impl Run<'_> {
    async fn save(&mut self) -> Result<(), ConsumeError> {
        match self.importer.catalog.step(&mut self.item).await {
            Ok(()) => Ok(()),
            Err(CommitError::Cancelled(_)) => Err(ConsumeError::Retry("another run has gone on with it".to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    fn import(&mut self) -> &mut Import {
        &mut self.item.import
    }

    /// Takes steps to the file's end, or as many as a run takes. Whether it is over.
    async fn go_on(&mut self, bytes: u64) -> Result<bool, ConsumeError> {
        let (format, cursor) = (self.item.import.format, self.item.import.cursor.clone());
        let mut reader = match cursor {
            Some(cursor) => {
                self.look_back(cursor.place.offset).await?;
                Reader::resume(format, cursor)
            }
            None => Reader::new(format),
        };
        let mut at = self.item.import.cursor.as_ref().map_or(0, |cursor| cursor.place.offset);
        let (mut lines, mut rows) = (Vec::new(), 0);
        loop {
            while lines.len() < STEP && at < bytes {
                let chunk = self.chunk(at, bytes).await?;
                at = at.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
                match reader.feed(&chunk) {
                    Ok(more) => lines.extend(more),
                    Err(error) => return Ok(self.fails(error.to_string())),
                }
            }
            if lines.len() < STEP {
                match reader.end() {
                    Ok(last) => lines.extend(last),
                    Err(error) => return Ok(self.fails(error.to_string())),
                }
            }
            if let (None, Some(why)) =
                (&self.item.import.cursor, lines.first().and_then(|line| no_such_file(format, line)))
            {
                return Ok(self.fails(why));
            }
            let rest = lines.split_off(lines.len().min(STEP));
            let ends = rest.is_empty() && at >= bytes;
            rows += lines.len();
            if let Some(last) = lines.last() {
                let cursor = reader.cursor(last.after);
                self.step(std::mem::replace(&mut lines, rest)).await?;
                self.import().cursor = Some(cursor);
            }
            if ends {
                self.import().state = State::Done;
                return Ok(true);
            }
            self.save().await?;
            if rows >= RUN {
                return Ok(false);
            }
        }
    }

    fn fails(&mut self, reason: String) -> bool {
        self.import().state = State::Failed { reason };
        true
    }

    async fn chunk(&self, at: u64, bytes: u64) -> Result<Vec<u8>, ConsumeError> {
        let length = CHUNK.min(bytes.saturating_sub(at));
        let chunk = self.importer.bucket.read_part(&file_key(self.item.import.id), at, length).await?;
        if chunk.is_empty() { Err(poison("the file is shorter than it was said to be")) } else { Ok(chunk) }
    }

    /// Which SKUs stand before a place, so that one that stands there twice is found by any run.
    async fn look_back(&mut self, until: u64) -> Result<(), ConsumeError> {
        let mut reader = Reader::new(self.item.import.format);
        let mut at = 0;
        while at < until {
            let chunk = self.chunk(at, until).await?;
            at = at.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
            let lines = reader.feed(&chunk).map_err(|error| ConsumeError::Poison(error.to_string()))?;
            self.seen.extend(lines.iter().filter_map(|line| Some(hash(&line.row.as_ref().ok()?.sku))));
        }
        Ok(())
    }

    /// Does what some rows say: those of one product in their order, of different products at once.
    async fn step(&mut self, lines: Vec<Line>) -> Result<(), ConsumeError> {
        let begins = self.item.import.cursor.as_ref().map_or(0, |cursor| cursor.place.offset);
        let mut by_product: BTreeMap<String, Vec<(u64, Row)>> = BTreeMap::new();
        let mut results = Vec::with_capacity(lines.len());
        for Line { line, row, .. } in lines {
            match row {
                Err(wrong) => results.push(RowResult::refused(line, None, wrong)),
                Ok(row) if !self.seen.insert(hash(&row.sku)) => {
                    results.push(RowResult::refused(line, Some(&row.sku), "sku: stands further up in the file too"));
                }
                Ok(row) => by_product.entry(row.slug.to_string()).or_default().push((line, row)),
            }
        }
        let this = &*self;
        let done = futures::stream::iter(by_product.into_values()).map(|rows| this.product(rows));
        let done: Vec<_> = done.buffer_unordered(AT_ONCE).collect().await;
        for product in done {
            results.extend(product?);
        }
        results.sort_by_key(|result| result.line);
        for result in &results {
            self.import().counts.add(result.outcome);
        }
        let report: String = results.iter().map(RowResult::to_json_line).collect();
        let key = report_key(self.item.import.id, begins);
        self.importer.bucket.keep(&key, "application/x-ndjson", report.into_bytes()).await?;
        self.import().reports.push(begins);
        Ok(())
    }

    async fn product(&self, rows: Vec<(u64, Row)>) -> Result<Vec<RowResult>, ConsumeError> {
        let mut results = Vec::with_capacity(rows.len());
        for (line, row) in rows {
            results.push(match self.row(&row).await {
                Ok(outcome) => RowResult::done(line, &row.sku, outcome),
                Err(problem) => match problem.refusal() {
                    Some(reason) => RowResult::refused(line, Some(&row.sku), reason),
                    None => return Err(ConsumeError::Retry(format!("line {line}: {problem:?}"))),
                },
            });
        }
        Ok(results)
    }

    async fn row(&self, row: &Row) -> Result<Outcome, Problem> {
        let (catalog, by, origin) = (&self.importer.catalog, self.item.import.by, self.origin());
        let (of_sku, of_slug) = futures::try_join!(catalog.product_of(&row.sku), catalog.product_at(&row.slug))?;
        let product = match (of_sku, of_slug) {
            (Some(product), Some(other)) if product == other => product,
            (None, Some(product)) => product,
            (Some(_), _) => return Err(Problem::invalid("/sku", "is a variant of a product with another slug")),
            (None, None) => {
                let new = row.article(&self.directory)?;
                let fingerprint = self.item.fingerprint.clone();
                catalog.create(catalog.ambient.id(), new, fingerprint, &origin, by).await?;
                return Ok(Outcome::Created);
            }
        };
        let new = catalog.ambient.id();
        let decide = |shown: &mut Shown| {
            let before = shown.article.clone();
            let outcome = row.apply(&mut shown.article, new, &self.directory)?;
            Ok(Change { happened: Happened::between(&before, &shown.article, &row.sku), answer: outcome })
        };
        Ok(catalog.change(product, &origin, by, decide).await?.0)
    }

    fn origin(&self) -> Origin {
        let request_id = self.item.import.id.to_string();
        Origin { request_id, source_ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED), traceparent: None }
    }
}

/// Why a file is not what it says, by its first row: of CSV the header tells.
fn no_such_file(format: Format, first: &Line) -> Option<String> {
    match (format, &first.row) {
        (
            Format::JsonLines,
            Err(wrong @ (RowError::NotAnObject | RowError::NotUtf8 | RowError::TooLong | RowError::Nul)),
        ) => Some(format!("the first line {wrong}")),
        (Format::JsonLines | Format::Csv, _) => None,
    }
}

fn hash(sku: &Sku) -> u64 {
    let mut hasher = DefaultHasher::new();
    sku.as_str().hash(&mut hasher);
    hasher.finish()
}

fn poison(why: &str) -> ConsumeError {
    ConsumeError::Poison(why.to_owned())
}

/// imports-run.
pub fn function() -> Function {
    objects::<Importer>("imports-run")
}
