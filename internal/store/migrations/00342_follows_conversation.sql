-- +goose Up
-- What is followed in a conversation is found by it. Some databases have this index from 00281, to which it was added for a while.
create index if not exists meeting_follows_conversation on meeting_follows (tenant, conversation);

-- +goose Down
drop index meeting_follows_conversation;
