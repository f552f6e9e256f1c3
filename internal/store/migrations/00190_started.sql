-- +goose Up
create index meetings_conversation on meetings (tenant, conversation, created_at);

-- +goose Down
drop index meetings_conversation;
