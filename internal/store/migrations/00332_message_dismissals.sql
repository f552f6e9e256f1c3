-- +goose Up
-- Whether its person has seen in the tab that the message did not, or may not, reach them, and wants to see it no more.
alter table notifications add column dismissed bigint not null default 0;

-- +goose Down
alter table notifications drop column dismissed;
