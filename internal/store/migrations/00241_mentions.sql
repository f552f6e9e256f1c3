-- +goose Up
-- Of who was mentioned the link is known at times, and not the whiteboard. Who was is found by the address at Zoom.
alter table board_notices add column link text not null default '';
create index account_grants_email on account_grants (provider, lower(email));

-- +goose Down
drop index account_grants_email;
alter table board_notices drop column link;
