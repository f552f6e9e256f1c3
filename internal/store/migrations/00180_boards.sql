-- +goose Up
-- Who last brought which board into which conversation.
create table board_shares (
    tenant       text   not null,
    person       text   not null,
    board        text   not null,
    conversation text   not null,
    id           text   not null,
    at           bigint not null,
    primary key (tenant, person, board, conversation)
);
create index board_shares_at on board_shares (at);

-- +goose Down
drop table board_shares;
