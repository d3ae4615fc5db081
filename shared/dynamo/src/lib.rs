//! Typed DynamoDB: keys, items, transactions, their answers and their cost.
