-- +goose Up
-- Nobody has told of the end of a session: it was over by then.
alter table meeting_sessions add column inferred bigint not null default 0;

-- +goose Down
alter table meeting_sessions drop column inferred;
