-- +goose Up
-- Until when Zoom makes no more meetings for a host who wants one.
alter table meeting_requests add column waits_until bigint not null default 0;

-- +goose Down
alter table meeting_requests drop column waits_until;
