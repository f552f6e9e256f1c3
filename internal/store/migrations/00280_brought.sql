-- +goose Up
create index meeting_shares_conversation on meeting_shares (tenant, conversation);

-- +goose Down
drop index meeting_shares_conversation;
