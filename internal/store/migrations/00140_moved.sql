-- +goose Up
-- What has arrived and has no job yet: jobs are made by the hundred, so that taking costs one small row.
alter table inbox add column waiting bigint not null default 0;
create index inbox_waiting on inbox (source, received_at) where waiting = 1;

-- +goose Down
drop index inbox_waiting;
alter table inbox drop column waiting;
