-- +goose Up
-- stem is what a message is about as a whole: of one start of a meeting, the meeting. Ids have 36 characters.
alter table notifications add column stem text not null default '';
update notifications set stem = substr(subject, 1, 36);
drop index notifications_subject;
create index notifications_stem on notifications (tenant, stem);

-- +goose Down
drop index notifications_stem;
create index notifications_subject on notifications (tenant, subject);
alter table notifications drop column stem;
